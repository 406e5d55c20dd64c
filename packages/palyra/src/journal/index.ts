/** The journal: statuses and the hash-chained events, on SQLite (spec 5.3). */
export { type Anchor, eventHash, GENESIS, GENESIS_HASH, type Head } from "./chain.ts";
export { JournalConnections } from "./connections.ts";
export { foldId, restriction } from "./effective.ts";
export { type Actor, EVENT_KINDS, type EventKind, newEvent, STATUS_EVENT, STATUS_KINDS } from "./events.ts";
export { acceptHead, type HeadKeeper, type HeadRecords, recordedHead } from "./heads.ts";
export { IN_THE_VAULT, notHeld, requireRecorded } from "./held.ts";
export type { Journal, JournalWriter, OpenJournal, TransactionOptions } from "./journal.ts";
export { KnownChain } from "./known-chain.ts";
export { INSTALL_KINDS, type InstallRecord, KnownInstalls, otherCurrentReason } from "./known-installs.ts";
export { openJournal } from "./open.ts";
export { auditLine, projectOutbox, rebuildAuditFile } from "./outbox.ts";
export type { ChainSummary, EffectiveStatus, EventQuery, NewEvent, SkillStatus, StatusRow, StoredEvent } from "./records.ts";
export { looksSecret, REDACTED, redact } from "./redact.ts";
export { type DiskOf, lackedRoom, requireRoom } from "./room.ts";
export { type Look, whyNot } from "./why-not.ts";
