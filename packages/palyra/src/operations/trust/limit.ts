import { isSkillId } from "palyra-skills/manifest";
import type { KeyScope } from "palyra-skills/trust";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { decideTrustChange } from "../../lifecycle/index.ts";
import type { TrustChange } from "../../trust/index.ts";
import { flag, list } from "../field.ts";
import { operation } from "../operation.ts";
import { parseTime, time } from "../shared/time.ts";
import { keyIdOf, type ShownLimit, shownLimits } from "./key-state.ts";
import { pairInput, pairOf, pairProblem, TRUST_ERRORS } from "./shared.ts";

/** What a key is limited to now. */
export interface LimitDocument {
  readonly trust_store: string;
  readonly changed: boolean;
  readonly publisher: string;
  readonly public_key: string;
  readonly key_id: string;
  /** Whether the key is listed or remembered at all. */
  readonly trusted: boolean;
  /** None: it is limited to nothing. */
  readonly limits: readonly ShownLimit[];
}

const input = v.strictObject({
  ...pairInput.entries,
  prefix: v.optional(
    list("ID", "A skill id, or the whole segments that it begins with (repeatable; default: the publisher's name)", (value) =>
      isSkillId(value) ? undefined : "is no skill id of whole segments",
    ),
    [],
  ),
  notBefore: v.optional(time("It counts from this time on")),
  notAfter: v.optional(time("It counts up to this time")),
  clear: flag("Take all limits of the key away"),
});

type Input = v.InferOutput<typeof input>;

function problemOf(asked: Input): string | undefined {
  const { prefix, notBefore, notAfter, clear } = asked;
  const limits = prefix.length > 0 || notBefore !== undefined || notAfter !== undefined;
  if (clear && limits) return "--clear and limits exclude each other";
  if (!clear && !limits) return "one of --prefix, --not-before, --not-after and --clear is needed";
  const [from, to] = [parseTime(notBefore ?? ""), parseTime(notAfter ?? "")];
  if (from !== undefined && to !== undefined && to < from) return "--not-after is before --not-before";
  return pairProblem(asked);
}

export const limit = operation({
  input,
  positional: ["publisher", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: [
    "skills trust limit acme <64 hex digits> --prefix acme.billing --not-after 2027-12-31",
    "skills trust limit acme <64 hex digits> --clear",
  ],
  notes:
    "Limits what a key may sign to skill ids (with their tool ids) and to a period by this host's clock, in place of what it was limited to before. It trusts no key: trust add and trust pin do that.",
  errors: TRUST_ERRORS,
  problem: problemOf,
  run: async ({ home }, asked, call): Promise<LimitDocument> => {
    const pair = pairOf(asked);
    if (pair === undefined) throw new PalyraError("Usage", { problem: "KEY is missing" });
    const { publisher, key: public_key } = pair;
    const change: TrustChange = asked.clear
      ? { do: "unlimit", publisher, public_key }
      : { do: "limit", limit: scopeOf(asked, publisher, public_key) };
    const { state, changed } = await decideTrustChange(home, "limit", () => change, call);
    const { store, constraints } = state;
    return {
      trust_store: home.places.trustStore,
      changed,
      publisher,
      public_key,
      key_id: keyIdOf(public_key, home.platform),
      trusted: store.trusted.get(publisher)?.includes(public_key) ?? store.pinned.get(publisher) === public_key,
      limits: shownLimits(constraints, publisher, public_key),
    };
  },
});

/** A period alone leaves the key all that is the publisher's anyway (T3). */
function scopeOf({ prefix, notBefore, notAfter }: Input, publisher: string, public_key: string): KeyScope {
  if (prefix.length === 0 && !isSkillId(publisher))
    throw new PalyraError("Usage", { problem: `no skill id begins with ${publisher}: name --prefix` });
  const [from, to] = [parseTime(notBefore ?? ""), parseTime(notAfter ?? "")];
  return {
    publisher,
    public_key,
    skill_id_prefixes: prefix.length === 0 ? [publisher] : [...new Set(prefix)].sort(),
    ...(from === undefined ? {} : { not_before_unix_ms: from }),
    ...(to === undefined ? {} : { not_after_unix_ms: to }),
  };
}
