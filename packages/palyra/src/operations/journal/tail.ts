import { JsonFault, type JsonValue, parseJson, toValue } from "palyra-skills/encoding";
import * as v from "valibot";
import type { StoredEvent } from "../../journal/index.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { integer, list, text } from "../field.ts";
import { operation } from "../operation.ts";

export interface JournalTailDocument {
  readonly journal: string;
  /** What was asked for; null and none: everything. */
  readonly filter: { readonly skill: string | null; readonly kinds: readonly string[] };
  readonly count: number;
  /** Oldest first. */
  readonly events: readonly JournalEvent[];
}

export interface JournalEvent {
  readonly seq: number;
  readonly event_ulid: string;
  readonly event_kind: string;
  readonly timestamp_unix_ms: number;
  readonly principal: string;
  readonly device_id: string;
  readonly channel: string | null;
  readonly payload: JsonValue;
  readonly prev_hash: string;
  readonly hash: string;
}

const DEFAULT_EVENTS = 20;
/** UTF-16 units of a damaged payload that are shown. */
const MAX_DAMAGED_CHARACTERS = 1000;

export const tail = operation({
  input: v.strictObject({
    last: v.optional(integer("N", "How many events", 1), DEFAULT_EVENTS),
    skill: v.optional(text("SKILL", "Only events of this skill")),
    kind: v.optional(list("KIND", "Only events of this kind (repeatable)"), []),
  }),
  examples: ["skills journal tail", "skills journal tail --last 5 --skill acme.echo_http --json"],
  http: { method: "GET", path: "/admin/v1/journal", fields: ["skill", "kind"] },
  errors: ["JournalUnavailable", "UnsafeStateRoot", "Io"],
  run: async ({ home }, { last, skill, kind }): Promise<JournalTailDocument> => {
    await checkStateRoot(home); // T25
    const file = home.places.journal;
    const journal = await home.openJournal(file, { create: false });
    const filter = { skill: skill ?? null, kinds: kind };
    if (journal === undefined) return { journal: file, filter, count: 0, events: [] };
    try {
      const wanted = { ...(skill === undefined ? {} : { skillId: skill }), ...(kind.length === 0 ? {} : { kinds: kind }) };
      const events = await journal.events({ last, ...wanted });
      return { journal: file, filter, count: events.length, events: events.map(shownEvent) };
    } finally {
      await journal.close();
    }
  },
});

/** An event as it is shown, in the command line and in the daemon's API. */
export function shownEvent({ kind, payload_json, prev_hash, hash, ...event }: StoredEvent): JournalEvent {
  const { seq, event_ulid, timestamp_unix_ms, principal, device_id, channel } = event;
  const payload = payloadOf(payload_json);
  return { seq, event_ulid, event_kind: kind, timestamp_unix_ms, principal, device_id, channel, payload, prev_hash, hash };
}

/** One event that somebody damaged does not hide the others: its payload is shown as the text that is there. */
function payloadOf(payloadJson: string): JsonValue {
  try {
    return toValue(parseJson(payloadJson));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { unreadable: error.problem, text: payloadJson.slice(0, MAX_DAMAGED_CHARACTERS) };
  }
}
