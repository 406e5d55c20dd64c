import type { JsonValue } from "palyra-skills/encoding";
import { compareVersions, parseVersion } from "palyra-skills/manifest";
import * as v from "valibot";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Journal } from "../../journal/index.ts";
import { requireInstalled } from "../../lifecycle/index.ts";
import { CATALOG } from "../../operations/catalog.ts";
import { integer, text } from "../../operations/field.ts";
import { type JournalEvent, shownEvent } from "../../operations/journal/tail.ts";
import type { RawInput } from "../../operations/operation.ts";
import { DEFAULT_PAGE, MAX_PAGE, MAX_PAGES_BUILT } from "../bounds.ts";
import { Gate } from "../gate.ts";
import { jsonText } from "../json.ts";
import type { Route } from "../route.ts";
import type { Snapshot, State } from "../state.ts";
import { wireOf } from "../wire.ts";

export const limit = v.optional(
  v.pipe(integer("N", "Entries of the page", 1), v.maxValue(MAX_PAGE, `is above ${MAX_PAGE}`)),
  DEFAULT_PAGE,
);

/** Spec 11.4, an entry of `list`; what is not known of a damaged one is absent. */
const INVENTORY_ENTRY = v.looseObject({
  skill_id: v.string(),
  version: v.string(),
  publisher: v.string(),
  current: v.boolean(),
  install_state: v.picklist(["installed_current", "installed_superseded"]),
  runtime_status: v.looseObject({ status: v.string(), source: v.string(), quarantine_status: v.string() }),
  eligibility: v.strictObject({ status: v.string(), eligible: v.boolean(), reasons: v.array(v.string()) }),
});

const PAGE = v.strictObject({
  skills_root: v.string(),
  count: v.number(),
  entries: v.array(INVENTORY_ENTRY),
  /** The `cursor` of the next page; null: this is the last. */
  next_cursor: v.nullable(v.string()),
});

const LAST_AUDIT = v.strictObject({
  seq: v.number(),
  audited_at_unix_ms: v.number(),
  principal: v.string(),
  should_quarantine: v.unknown(),
  quarantine_reasons: v.unknown(),
  checks: v.unknown(),
});

const ONE = v.strictObject({ inventory: INVENTORY_ENTRY, last_audit: v.nullable(LAST_AUDIT) });

export async function inventoryRoutes(state: State): Promise<readonly Route[]> {
  return [await pageRoute(state), await oneRoute(state)];
}

async function pageRoute(state: State): Promise<Route> {
  const { summary, load } = CATALOG["skills list"];
  const { http, entries } = await load();
  if (http === undefined) throw new TypeError("skills list has no route");
  const cursor = v.optional(
    text("CURSOR", "Where the page before this one ended", (value) =>
      cursorOf(value) === undefined ? "is no cursor" : undefined,
    ),
  );
  const gate = new Gate(MAX_PAGES_BUILT);
  // The state is read when its turn has come: who waits holds no moment of it.
  const built = (input: RawInput) => gate.pass(async () => jsonText(await pageOf(await state.read(), state.skillsRoot, input)));
  return {
    id: "listSkills",
    method: http.method,
    path: http.path,
    summary,
    access: "admin",
    wire: wireOf(http, entries, { cursor, limit }),
    answer: PAGE,
    kept: true,
    handle: async ({ input }) => ({ body: await built(input) }),
  };
}

async function pageOf(snapshot: Snapshot, skills_root: string, input: RawInput) {
  const after = cursorOf(String(input["cursor"] ?? ""));
  const size = Number(input["limit"]);
  const { entries } = snapshot.index;
  const found = [];
  let from = after === undefined ? 0 : entries.findIndex((entry) => isBeyond(entry, after));
  if (from === -1) from = entries.length;
  // As many at a time as are still wanted: a page of few does not look at all artifacts.
  while (from < entries.length && found.length <= size) {
    const next = entries.slice(from, from + size + 1);
    from += next.length;
    const wanted = next.filter((entry) => isWanted(snapshot, entry, input));
    const inventory = await snapshot.inventory(wanted);
    found.push(...inventory.filter(({ eligibility }) => input["eligibleOnly"] !== true || eligibility.eligible));
  }
  const page = found.slice(0, size);
  const last = found.length > size ? page.at(-1) : undefined;
  const next_cursor = last === undefined ? null : `${last.skill_id}@${last.version}`;
  return { skills_root, count: page.length, entries: page, next_cursor };
}

/** The filters that need no artifact; white space and case of a publisher do not count (spec 11.4). */
function isWanted({ statusOf }: Snapshot, { skill_id, version, publisher, current }: InstalledEntry, input: RawInput): boolean {
  const wanted = input["publisher"];
  if (typeof wanted === "string" && publisher.toLowerCase() !== wanted.trim().toLowerCase()) return false;
  if (input["currentOnly"] === true && !current) return false;
  return input["quarantinedOnly"] !== true || statusOf(skill_id, version).status === "quarantined";
}

interface Place {
  readonly skill_id: string;
  readonly version: string;
}

function cursorOf(text: string): Place | undefined {
  const at = text.lastIndexOf("@");
  const place = { skill_id: text.slice(0, Math.max(at, 0)), version: text.slice(at + 1) };
  return place.skill_id === "" || parseVersion(place.version) === undefined ? undefined : place;
}

/** In the order of the index: by skill id, then by version. */
function isBeyond(entry: Place, { skill_id, version }: Place): boolean {
  if (entry.skill_id !== skill_id) return entry.skill_id > skill_id;
  return compareVersions(entry.version, version) > 0;
}

async function oneRoute(state: State): Promise<Route> {
  const { summary, load } = CATALOG["skills info"];
  const { http, entries } = await load();
  if (http === undefined) throw new TypeError("skills info has no route");
  return {
    id: "showSkill",
    method: http.method,
    path: http.path,
    summary,
    access: "admin",
    wire: wireOf(http, entries),
    answer: ONE,
    refusals: [404],
    kept: true,
    handle: async ({ input }) => {
      const snapshot = await state.read();
      const version = input["version"];
      const entry = requireInstalled(snapshot.index, String(input["skillId"]), typeof version === "string" ? version : undefined);
      const [inventory] = await snapshot.inventory([entry]);
      const journal = await state.journal();
      const last_audit = journal === undefined ? null : await lastAudit(journal, entry);
      return { body: jsonText({ inventory, last_audit }) };
    },
  };
}

/** Audits of one skill that are looked through for one of this version; where it is in none of the first, in more. */
const LOOKED_THROUGH = [20, 500, Number.MAX_SAFE_INTEGER];

async function lastAudit(journal: Journal, { skill_id, version }: InstalledEntry) {
  for (const last of LOOKED_THROUGH) {
    const events = await journal.events({ kinds: ["skill.audit"], skillId: skill_id, last });
    const found = events.findLast((event) => membersOf(shownEvent(event).payload).get("version") === version);
    if (found !== undefined) return auditOf(shownEvent(found));
    if (events.length < last) break;
  }
  return null;
}

function auditOf({ seq, timestamp_unix_ms: audited_at_unix_ms, principal, payload }: JournalEvent) {
  const said = membersOf(payload);
  const [should_quarantine, quarantine_reasons, checks] = ["should_quarantine", "quarantine_reasons", "checks"].map(
    (key) => said.get(key) ?? null,
  );
  return { seq, audited_at_unix_ms, principal, should_quarantine, quarantine_reasons, checks };
}

function membersOf(payload: JsonValue): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(
    typeof payload === "object" && payload !== null && !Array.isArray(payload) ? Object.entries(payload) : [],
  );
}
