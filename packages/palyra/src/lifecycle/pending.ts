/**
 * `.pending.json`, the intent record: a plan with its data. Whoever finds it finishes its steps (spec 5.2), so it can say nothing but what
 * this home does: every step, edit and event is of a closed list, and the places are the home's own.
 *
 *     { schema_version: 1, ulid, kind, steps: [{ do, … }] }        which steps: plan-shape.ts
 */
import { resolve } from "node:path";
import { type Fields, type JsonObject, type JsonReader, type JsonValue, readJson, writeJson } from "palyra-skills/encoding";
import { isSkillId, parseVersion } from "palyra-skills/manifest";
import { PalyraError } from "../errors.ts";
import { indexDocument, readIndexDocument } from "../installed/index.ts";
import { EVENT_KINDS, type NewEvent } from "../journal/index.ts";
import type { Places } from "./home.ts";
import { readTrustEdit, trustEditDocument } from "./pending-trust.ts";
import type { Plan, StatusEdit, Step } from "./plan.ts";
import { misfit } from "./plan-shape.ts";

/** On one line, without a line feed. */
export function writePlan(plan: Plan): string {
  const steps = plan.steps.map((step): JsonObject => {
    switch (step.do) {
      case "write_index":
        return { do: step.do, index: indexDocument(step.index) };
      case "change_trust":
        return { ...step, edits: step.edits.map(trustEditDocument) };
      case "record": {
        const { on_conflict, ...rest } = step;
        const conflict = on_conflict && { status: { ...on_conflict.status }, event: { ...on_conflict.event } };
        const lists = {
          statuses: rest.statuses.map((edit) => ({ ...edit })),
          events: rest.events.map((event) => ({ ...event })),
        };
        return { ...rest, ...lists, ...(conflict === undefined ? {} : { on_conflict: conflict }) };
      }
      default:
        return { ...step };
    }
  });
  return writeJson({ schema_version: 1, ulid: plan.ulid, kind: plan.kind, steps });
}

/** The plan of a record. `IndexInvalid`: it is none, or one for other places than these; `file` is for the message. */
export function readPlan(text: string, file: string, places: Places): Plan {
  const read = readJson(text, (root) => planOf(root, places));
  if (!read.ok) throw new PalyraError("IndexInvalid", { file, faults: read.faults });
  return read.value;
}

function planOf(root: JsonReader, places: Places): Plan {
  const fields = root.object();
  fields.required("schema_version").safeInteger({ min: 1, max: 1 });
  // Names a folder: nothing else passes.
  const ulid = fields.required("ulid").string(ulidProblem);
  const kind = fields.required("kind").oneOf(["install", "remove", "use", "trust", "verify"]);
  const list = fields.required("steps");
  const steps = list.array((step) => readStep(step, places));
  const problem = misfit({ kind, steps });
  if (problem !== undefined) list.fault(problem);
  fields.finish();
  return { ulid, kind, steps };
}

function readStep(reader: JsonReader, places: Places): Step {
  const fields = reader.object();
  const step = stepOf(fields, places);
  fields.finish();
  return step;
}

function stepOf(fields: Fields, places: Places): Step {
  const name = fields
    .required("do")
    .oneOf(["place_version", "change_trust", "write_index", "discard_version", "record", "project"]);
  switch (name) {
    case "place_version":
    case "discard_version":
      return { do: name, ...readSubject(fields) };
    case "change_trust":
      return {
        do: name,
        trust_store: ownPlace(fields.required("trust_store"), places.trustStore, "trust store (--trust-store)"),
        edits: fields.required("edits").array(readTrustEdit),
      };
    case "write_index":
      return { do: name, index: readIndexDocument(fields.required("index")) };
    case "project":
      return { do: name, journal: ownJournal(fields, places) };
    case "record": {
      const conflict = fields.optional("on_conflict", readConflict);
      return {
        do: name,
        journal: ownJournal(fields, places),
        statuses: fields.required("statuses").array(readStatusEdit),
        events: fields.required("events").array(readNewEvent),
        ...(conflict === undefined ? {} : { on_conflict: conflict }),
      };
    }
  }
}

/** Another store or journal than this command was given: with the interrupted one's own options it is finished. */
function ownPlace(reader: JsonReader, place: string, name: string): string {
  return reader.string((text) => (text === resolve(place) ? undefined : `begun with another ${name} than this command has`));
}

const ownJournal = (fields: Fields, { journal }: Places): string =>
  ownPlace(fields.required("journal"), journal, "journal ($PALYRA_JOURNAL_DB_PATH)");

function readConflict(reader: JsonReader): { readonly status: StatusEdit; readonly event: NewEvent } {
  const fields = reader.object();
  const conflict = { status: readStatusEdit(fields.required("status")), event: readNewEvent(fields.required("event")) };
  fields.finish();
  return conflict;
}

function readStatusEdit(reader: JsonReader): StatusEdit {
  const fields = reader.object();
  const subject = {
    ...readSubject(fields),
    operator_principal: fields.required("operator_principal").string(),
    at_ms: fields.required("at_ms").safeInteger(),
  };
  const name = fields.required("do").oneOf(["register", "inherit", "disable", "quarantine"]);
  const edit = statusEditOf(name, subject, fields);
  fields.finish();
  return edit;
}

function statusEditOf(name: StatusEdit["do"], subject: Omit<StatusEdit, "do">, fields: Fields): StatusEdit {
  switch (name) {
    case "register": {
      const from = fields.required("from");
      return { do: name, ...subject, from: from.isNull ? null : from.string(versionProblem), event_ulid: readUlid(fields) };
    }
    case "inherit":
      return { do: name, ...subject, from: fields.required("from").string(versionProblem), event_ulid: readUlid(fields) };
    case "disable":
      return { do: name, ...subject, reason: fields.required("reason").string(), event_ulid: readUlid(fields) };
    case "quarantine":
      return { do: name, ...subject, reason: fields.required("reason").string() };
  }
}

const readUlid = (fields: Fields): string => fields.required("event_ulid").string(ulidProblem);

function readNewEvent(reader: JsonReader): NewEvent {
  const fields = reader.object();
  const channel = fields.required("channel");
  const event = {
    event_ulid: fields.required("event_ulid").string(ulidProblem),
    kind: fields.required("kind").oneOf(EVENT_KINDS),
    timestamp_unix_ms: fields.required("timestamp_unix_ms").safeInteger(),
    principal: fields.required("principal").string(),
    device_id: fields.required("device_id").string(),
    channel: channel.isNull ? null : channel.string(),
    payload: readPayload(fields.required("payload")),
  };
  fields.finish();
  return event;
}

function readPayload(reader: JsonReader): JsonObject {
  const value: JsonValue = reader.value();
  if (isObject(value)) return value;
  reader.fault("not an object");
  return {};
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readSubject(fields: Fields): { readonly skill_id: string; readonly version: string } {
  return {
    skill_id: fields.required("skill_id").string(skillIdProblem),
    version: fields.required("version").string(versionProblem),
  };
}

const skillIdProblem = (text: string): string | undefined => (isSkillId(text) ? undefined : "not a skill id");
const versionProblem = (text: string): string | undefined =>
  parseVersion(text) === undefined ? "not a canonical version" : undefined;
const ulidProblem = (text: string): string | undefined => (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(text) ? undefined : "not a ULID");
