import {
  type ImportConflict,
  mergeTrust,
  parseTrustExport,
  replaceTrust,
  type TrustExport,
  writeConstraints,
  writeTrustStore,
} from "palyra-skills/trust";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { readWhole } from "../../files/index.ts";
import { decideTrustChange, readHomeTrust } from "../../lifecycle/index.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import {
  differenceOf,
  MAX_TRUST_FILE_BYTES,
  requireUsableKey,
  type TrustChange,
  type TrustDocuments,
  type TrustFact,
} from "../../trust/index.ts";
import { flag, text } from "../field.ts";
import { operation } from "../operation.ts";
import { safe } from "../wording/safe.ts";
import { factLines } from "./accept-changes.ts";
import { TRUST_ERRORS } from "./shared.ts";

export interface TrustImportDocument {
  readonly trust_store: string;
  /** False: it says nothing that is not so here, and nothing was written. */
  readonly changed: boolean;
  readonly replaced: boolean;
  readonly added: readonly TrustFact[];
  readonly removed: readonly TrustFact[];
  /** Where the file says otherwise, and what is here stayed. */
  readonly conflicts: readonly ImportConflict[];
}

const input = v.strictObject({
  file: text("FILE", "What skills trust export wrote"),
  replace: flag("Take its listed and remembered keys, limits and registry keys in place of those here, not beside them"),
  allowUnrevoke: flag("With --replace: let what it does not revoke be trusted again, and lists that it does not follow go"),
  yes: flag("Import it without being asked"),
});

type Input = v.InferOutput<typeof input>;

export const importTrust = operation({
  input,
  positional: ["file"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust import trust.json", "skills trust import trust.json --replace --yes --json"],
  notes:
    "Shows what would change, asks, and makes it one change. Where both say something of a remembered key, an owner, a rotation or a list, what is here stays, and is told. What is revoked here or there is revoked after.",
  errors: [...TRUST_ERRORS, "Declined"],
  problem: ({ replace, allowUnrevoke }) => (allowUnrevoke && !replace ? "--allow-unrevoke goes with --replace" : undefined),
  run: async ({ home }, asked, call): Promise<TrustImportDocument> => {
    await checkStateRoot(home);
    const theirs = await readExport(asked.file);
    const look = (ours: TrustDocuments): Imported => importInto(ours, theirs, asked);
    const seen = look(await readHomeTrust(home, call));
    const { difference, conflicts } = seen;
    const document = { trust_store: home.places.trustStore, replaced: asked.replace, ...difference, conflicts };
    if (!isChange(seen)) return { ...document, changed: false };
    await consent(seen, asked, call);
    const decide = (now: TrustDocuments): TrustChange => {
      const found = look(now);
      // What was shown is what is done.
      if (JSON.stringify(found.difference) !== JSON.stringify(difference)) throw declined("which came out otherwise meanwhile,");
      return { do: "import", store: writeTrustStore(found.store), constraints: writeConstraints(found.constraints) };
    };
    const { changed } = await decideTrustChange(home, "import", decide, call);
    return { ...document, changed };
  },
});

interface Imported extends TrustDocuments {
  readonly difference: ReturnType<typeof differenceOf>;
  readonly conflicts: readonly ImportConflict[];
}

async function readExport(file: string): Promise<TrustExport> {
  const bytes = await readWhole(file, 2 * MAX_TRUST_FILE_BYTES);
  const theirs = parseTrustExport(bytes, file);
  const { store, constraints } = theirs;
  // Under such a key a signature holds for everything: read where a store has one, never taken in. Spec 1.6.
  const lists = constraints.revocation_lists.flatMap(({ public_keys }) => public_keys);
  const keys = [...store.trusted.values(), ...constraints.registry_keys.values(), store.pinned.values(), lists];
  for (const each of keys) for (const key of each) requireUsableKey(key);
  return theirs;
}

function importInto(ours: TrustDocuments, theirs: TrustExport, { replace, allowUnrevoke }: Input): Imported {
  const result = replace ? replaceTrust(ours, theirs, { unrevoke: allowUnrevoke }) : mergeTrust(ours, theirs);
  return { ...result, difference: differenceOf(ours, result) };
}

const isChange = ({ difference }: Imported): boolean => difference.added.length + difference.removed.length > 0;

async function consent(seen: Imported, { yes }: Input, call: Call): Promise<void> {
  const lines = importLines(seen.difference, seen.conflicts);
  if (yes) return call.tell?.(lines);
  const { added, removed } = seen.difference;
  if (call.ask === undefined)
    throw new PalyraError("Usage", {
      problem: "nobody can be asked here, and --yes is missing",
      hint: `on a terminal it is shown first; with --yes ${added.length} facts come and ${removed.length} go`,
    });
  if (!(await call.ask({ context: lines, question: "Trust what this file says?" }))) throw declined("");
}

const declined = (more: string): PalyraError<"Declined"> =>
  new PalyraError("Declined", { what: `the import of trust${more === "" ? "" : `, ${more}`}` });

/** What comes, what goes, and what stays although the file says otherwise; ready for a terminal (T20). */
export function importLines(
  difference: { readonly added: readonly TrustFact[]; readonly removed: readonly TrustFact[] },
  conflicts: readonly ImportConflict[],
): string[] {
  const told = ({ kind, subject, ours, theirs }: ImportConflict): string =>
    `  = ${kind.replace("_", " ")}  ${safe(subject)}  stays ${safe(ours)}, the file says ${safe(theirs)}`;
  return ["What would change", ...factLines(difference), ...conflicts.map(told)];
}
