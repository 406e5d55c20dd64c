import type { KeyScope, TrustConstraints } from "palyra-skills/trust";
import { withLists } from "palyra-skills/trust";
import { PalyraError } from "../errors.ts";
import { Kept } from "../files/index.ts";
import type { TrustDocuments } from "./change.ts";
import { readTrust, type TrustState, trustFiles } from "./file.ts";
import { digestsOf, recordText, sha256 } from "./integrity.ts";
import { type KnownList, type ListPlace, listFiles, lookLists } from "./list-cache.ts";

/** An install admits what was not here before; everything else looks again at what is. */
export type TrustUse = "install" | "installed";

/** What decides on trust: the store, and the constraints with what the lists revoke. Not to be written. */
export interface DecidingTrust extends TrustDocuments {
  /** The files as they are. */
  readonly state: TrustState;
  readonly lists: readonly KnownList[];
  /** Names all that a decision rests on but the time: 64 hex digits. */
  readonly digest: string;
  /** When the next period or expiry begins or ends, milliseconds since 1970; undefined: never. A decision holds until then. */
  readonly nextChangeMs: number | undefined;
}

/**
 * The one way to what decides on trust. What `readTrust` throws; `RevocationListUnusable`, `RevocationListStale` (spec 3.4).
 * `now`: the host's time, milliseconds since 1970.
 */
export async function readDeciding(place: ListPlace, use: TrustUse, now: number): Promise<DecidingTrust> {
  let state = await readTrust(place);
  for (;;) {
    const deciding = await decidingOf(place, state, now);
    const problem = unusable(deciding.lists) ?? stale(deciding.lists, use);
    if (problem === undefined) return deciding;
    // A list that is followed no more is forgotten after that: whoever read the files before looks at them again.
    const later = await readTrust(place);
    if (JSON.stringify(digestsOf(later.bytes)) === JSON.stringify(digestsOf(state.bytes))) throw problem;
    state = later;
  }
}

/** The same for a process that decides again and again: read anew where a file, what the vault says of one, or what the time makes of them is another. */
export class KeptTrust {
  readonly #place: ListPlace;
  readonly #use: TrustUse;
  #kept = new Kept<Promise<{ readonly since: number; readonly deciding: DecidingTrust }>>();
  /** Whether any list was followed when it was last read: which the constraints say, whose file is looked at. */
  #followsLists = false;

  constructor(place: ListPlace, use: TrustUse) {
    this.#place = place;
    this.#use = use;
  }

  /** What `readDeciding` throws. */
  async read(now: number): Promise<DecidingTrust> {
    const { since, deciding } = await this.#read(now);
    const { nextChangeMs = Infinity } = deciding;
    if (since <= now && now < nextChangeMs) return deciding;
    this.#kept = new Kept();
    return (await this.#read(now)).deciding;
  }

  async #read(now: number) {
    const { store, constraints } = trustFiles(this.#place.file);
    const record = await recordText(this.#place);
    const lists = this.#followsLists ? await listFiles(this.#place) : [];
    const read = async () => {
      const deciding = await readDeciding(this.#place, this.#use, now);
      this.#followsLists = deciding.lists.length > 0;
      return { since: now, deciding };
    };
    return this.#kept.get([store, constraints, ...lists], record, read);
  }
}

/** The same of what was read, whatever state the lists are in: for whoever shows it. */
export async function decidingOf(place: ListPlace, state: TrustState, now: number): Promise<DecidingTrust> {
  const lists = await lookLists(place, state.constraints.revocation_lists, now);
  const { store } = state;
  const constraints = withLists(
    state.constraints,
    lists.flatMap(({ terms }) => terms ?? []),
  );
  const used = lists.map(({ followed, record, terms }) => [
    followed.issuer,
    terms === undefined ? null : (record?.sha256 ?? null),
  ]);
  const digest = sha256(JSON.stringify([digestsOf(state.bytes), used]));
  return { store, constraints, state, lists, digest, nextChangeMs: nextChange(constraints, lists, now) };
}

function unusable(lists: readonly KnownList[]): PalyraError | undefined {
  const found = lists.find(({ fault }) => fault !== undefined);
  if (found?.fault === undefined) return undefined;
  return new PalyraError("RevocationListUnusable", { issuer: found.followed.issuer, ...found.fault });
}

/** A list that nobody could renew keeps new skills out; and all of them where its operator said so. */
function stale(lists: readonly KnownList[], use: TrustUse): PalyraError | undefined {
  for (const { followed, standing, terms } of lists) {
    if (standing !== "stale" && standing !== "unfetched") continue;
    if (use === "installed" && followed.when_stale === "warn") continue;
    const { issuer, grace_ms } = followed;
    return new PalyraError("RevocationListStale", { issuer, expired_at_unix_ms: terms?.expires_at_unix_ms ?? null, grace_ms });
  }
  return undefined;
}

function nextChange({ keys }: TrustConstraints, lists: readonly KnownList[], now: number): number | undefined {
  const ofKey = ({ not_before_unix_ms: from, not_after_unix_ms: to }: KeyScope) => [from, to === undefined ? undefined : to + 1];
  const ofList = ({ followed, terms }: KnownList) =>
    terms === undefined ? [] : [terms.expires_at_unix_ms + 1, terms.expires_at_unix_ms + followed.grace_ms + 1];
  const moments = [...keys.flatMap(ofKey), ...lists.flatMap(ofList)].filter((each) => each !== undefined && each > now);
  return moments.length === 0 ? undefined : Math.min(...moments.map(Number));
}
