import type { HostLevel } from "palyra-skills/manifest";
import type { Platform } from "palyra-skills/platform";
import type { HeadRecords, Journal, OpenJournal } from "../journal/index.ts";
import type { Settings } from "../settings.ts";
import type { IntegrityRecords } from "../trust/index.ts";

/** Where the state of one home lies. Three places that may be far apart: `--skills-dir` and `--trust-store` move two of them (spec 5.1, 3.1). */
export interface Places {
  readonly stateRoot: string;
  /** Of the managed directory, as it was given (spec 11.1). */
  readonly skillsRoot: string;
  readonly trustStore: string;
  /** The journal's file. */
  readonly journal: string;
}

/** What every step of a skill's life is given. Made once, by compose.ts; the moment and the person are the `Call`'s. */
export interface Home {
  readonly places: Places;
  readonly platform: Platform;
  /** Core's `HOST_LEVEL` where absent. */
  readonly host?: HostLevel;
  /** Monotonic; `now` in milliseconds. */
  readonly newUlid: (now: number) => string;
  /** Opens the journal in a file (`openJournal` of the journal module). */
  readonly openJournal: OpenJournalPort;
  /** Whether the vault holds a secret. Without a vault nothing is held (spec 11.3, `missing_secrets`). */
  readonly holdsSecret: (scope: string, key: string) => Promise<boolean>;
  /** What is kept in the vault of the trust store (spec 3.3), and of this system's own keys. */
  readonly records: IntegrityRecords & HeadRecords;
}

export interface OpenJournalPort {
  /** Undefined: there is none. */
  (file: string, options: Extract<OpenJournal, { create: false }>): Promise<Journal | undefined>;
  (file: string, options: Extract<OpenJournal, { create: true }>): Promise<Journal>;
}

export function placesOf(settings: Settings): Places {
  return {
    stateRoot: settings.stateRoot.value,
    skillsRoot: settings.skillsDir.value,
    trustStore: settings.trustStore.value,
    journal: settings.journal.value,
  };
}
