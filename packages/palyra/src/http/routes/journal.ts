import * as v from "valibot";
import { CATALOG } from "../../operations/catalog.ts";
import { integer } from "../../operations/field.ts";
import { shownEvent } from "../../operations/journal/tail.ts";
import type { RawInput } from "../../operations/operation.ts";
import type { EventFilter, EventStreams } from "../events.ts";
import { jsonText } from "../json.ts";
import { Refusal } from "../refusal.ts";
import type { Asked, Route } from "../route.ts";
import type { State } from "../state.ts";
import { wireOf } from "../wire.ts";
import { limit } from "./inventory.ts";

const EVENT = v.strictObject({
  seq: v.number(),
  event_ulid: v.string(),
  event_kind: v.string(),
  timestamp_unix_ms: v.number(),
  principal: v.string(),
  device_id: v.string(),
  channel: v.nullable(v.string()),
  payload: v.unknown(),
  prev_hash: v.string(),
  hash: v.string(),
});

const PAGE = v.strictObject({
  journal: v.string(),
  filter: v.strictObject({ skill: v.nullable(v.string()), kinds: v.array(v.string()) }),
  count: v.number(),
  /** Oldest first. */
  events: v.array(EVENT),
  /** The `after` of the next page; null: there is none yet. */
  next_after: v.nullable(v.number()),
});

/** Spec 8: the events as pages, and for `Accept: text/event-stream` as a stream. */
export async function journalRoutes(state: State, streams: EventStreams): Promise<readonly Route[]> {
  const { summary, load } = CATALOG["skills journal tail"];
  const { http, entries } = await load();
  if (http === undefined) throw new TypeError("skills journal tail has no route");
  const after = v.optional(integer("SEQ", "Only events after this number", 0));
  const last = v.optional(v.boolean());
  return [
    {
      id: "readJournal",
      method: http.method,
      path: http.path,
      summary,
      access: "admin",
      wire: wireOf(http, entries, { after, last, limit }),
      answer: PAGE,
      types: ["application/json", "text/event-stream"],
      handle: async (asked) => {
        if (!wantsStream(asked)) return { body: await pageOf(state, asked.input) };
        await streams.open(asked, filterOf(asked.input), resumeAfter(asked));
        return "sent";
      },
    },
  ];
}

function wantsStream({ incoming }: Asked): boolean {
  return /^text\/event-stream\b/i.test(incoming.headers.accept ?? "");
}

function filterOf({ skill, kind }: RawInput): EventFilter {
  const kinds = Array.isArray(kind) ? kind.map(String) : [];
  return { ...(typeof skill === "string" ? { skillId: skill } : {}), ...(kinds.length === 0 ? {} : { kinds }) };
}

/** Where a stream goes on: what its reader has had last, else what it asks for; undefined: with what comes from now on. */
function resumeAfter({ incoming, input }: Asked): number | undefined {
  const had = incoming.headers["last-event-id"];
  if (had !== undefined) {
    if (typeof had === "string" && /^[0-9]{1,15}$/.test(had)) return Number(had);
    throw new Refusal("InvalidRequest", "Last-Event-ID is no number of an event");
  }
  return typeof input["after"] === "number" ? input["after"] : undefined;
}

async function pageOf(state: State, input: RawInput): Promise<string> {
  const { after, last, limit: most } = input;
  const size = Number(most);
  const { skillId = null, kinds = [] } = filterOf(input);
  const journal = await state.journal();
  const from = typeof after === "number" ? after : 0;
  const query = { ...filterOf(input), after: from };
  const found =
    (await journal?.events(last === true ? { ...query, last: size, bounded: true } : { ...query, first: size })) ?? [];
  const end = last === true ? undefined : found.at(-1)?.seq;
  // Where payloads are long, fewer come than there are.
  const more = end === undefined ? [] : ((await journal?.events({ ...query, after: end, first: 1 })) ?? []);
  const events = found.map(shownEvent);
  const next_after = more.length > 0 && end !== undefined ? end : null;
  return jsonText({ journal: state.journalFile, filter: { skill: skillId, kinds }, count: events.length, events, next_after });
}
