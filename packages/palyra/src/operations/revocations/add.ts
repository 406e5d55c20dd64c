import { resolve } from "node:path";
import type { FollowedList } from "palyra-skills/trust";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { sourceOf } from "../../feeds/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { readHomeTrust } from "../../lifecycle/index.ts";
import { followList, knownLists } from "../../lifecycle/revocation-lists.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { requireUsableKey } from "../../trust/index.ts";
import { choice, integer, text } from "../field.ts";
import { operation } from "../operation.ts";
import type { AffectedSkill } from "../trust/key-state.ts";
import { revokedByLists, type ShownList, shownList } from "../trust/list-state.ts";
import { FETCH_ERRORS, issuer, listKey } from "./shared.ts";

export interface RevocationsAddDocument {
  readonly trust_store: string;
  /** False: it was followed so already, and there is no newer one. */
  readonly changed: boolean;
  readonly list: ShownList;
  /** Installed versions that it revokes. */
  readonly affected: readonly AffectedSkill[];
}

/** A week: a list that is signed once a month, and a holiday. */
const DEFAULT_GRACE_MS = 7 * 24 * 60 * 60 * 1000;

const sourceProblem = (value: string): string | undefined => {
  const source = sourceOf(value);
  return "problem" in source ? source.problem : undefined;
};

export const add = operation({
  input: v.strictObject({
    issuer,
    publicKey: listKey,
    source: v.optional(text("FILE|URL", "Where the list is: a file, or an https address", sourceProblem)),
    caCert: v.optional(text("FILE", "Certificates of the private authority behind that address, in PEM")),
    graceMs: v.optional(integer("MS", "How long an expired list counts as before, with a warning (a week)", 0)),
    whenStale: v.optional(
      choice(["warn", "block"], "WHAT", "After that: warn refuses installs alone, block refuses whatever decides on trust"),
    ),
  }),
  positional: ["issuer", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: [
    "skills trust revocations add acme-security <64 hex digits> --source https://security.acme.example/revocations.json",
    "skills trust revocations add acme-security <64 hex digits> --source /srv/lists/acme.json --when-stale block",
  ],
  notes:
    "From now on what the list names is refused at installs, checks, re-audits and runs. Only keys that are given here sign it: one that signs skills has no say in it. Fetches the list at once; given again for the same issuer it adds a key or changes what is given.",
  errors: FETCH_ERRORS,
  run: async ({ home }, asked, call): Promise<RevocationsAddDocument> => {
    requireUsableKey(asked.publicKey);
    await checkStateRoot(home);
    const before = (await readHomeTrust(home, call)).constraints.revocation_lists.find((list) => list.issuer === asked.issuer);
    const { changed } = await followList(home, followedOf(asked, before), call);
    return { trust_store: home.places.trustStore, changed, ...(await shown(home, asked.issuer, call)) };
  },
});

interface Asked {
  readonly issuer: string;
  readonly publicKey: string;
  readonly source?: string | undefined;
  readonly caCert?: string | undefined;
  readonly graceMs?: number | undefined;
  readonly whenStale?: FollowedList["when_stale"] | undefined;
}

function followedOf(asked: Asked, before: FollowedList | undefined): FollowedList {
  const given = asked.source === undefined ? undefined : sourceOf(asked.source);
  const source = given !== undefined && "source" in given ? given.source : before?.source;
  if (source === undefined) throw new PalyraError("Usage", { problem: "--source is missing" });
  // Certificates belong to the address that they were given for.
  const kept = source === before?.source ? before.ca_cert : undefined;
  const ca_cert = asked.caCert === undefined ? kept : resolve(asked.caCert);
  return {
    issuer: asked.issuer,
    source,
    public_keys: [...new Set([...(before?.public_keys ?? []), asked.publicKey])].sort(),
    grace_ms: asked.graceMs ?? before?.grace_ms ?? DEFAULT_GRACE_MS,
    when_stale: asked.whenStale ?? before?.when_stale ?? "warn",
    ...(ca_cert === undefined ? {} : { ca_cert }),
  };
}

async function shown(home: Home, issuer: string, call: Parameters<typeof knownLists>[1]) {
  const lists = (await knownLists(home, call)).filter(({ followed }) => followed.issuer === issuer);
  const [list] = lists.map(shownList);
  if (list === undefined) throw new PalyraError("Usage", { problem: `the list of ${issuer} was removed meanwhile` });
  return { list, affected: await revokedByLists(home, lists) };
}
