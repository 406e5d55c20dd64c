/** The journal: statuses and the hash-chained events, on SQLite (spec 5.3). */
export { GENESIS_HASH } from "./chain.ts";
export { foldId, restriction } from "./effective.ts";
export { type Actor, EVENT_KINDS, type EventKind, newEvent, STATUS_EVENT, STATUS_KINDS } from "./events.ts";
export type {
  ChainSummary,
  EffectiveStatus,
  EventQuery,
  Journal,
  JournalWriter,
  NewEvent,
  OpenJournal,
  SkillStatus,
  StatusRow,
  StoredEvent,
} from "./journal.ts";
export { auditLine, projectOutbox, rebuildAuditFile } from "./outbox.ts";
export { looksSecret, REDACTED, redact } from "./redact.ts";
export { JOURNAL_TIMEOUT_MS, openJournal } from "./sqlite.ts";
