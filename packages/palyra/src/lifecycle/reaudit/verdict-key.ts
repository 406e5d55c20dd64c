import type { KeyObject } from "node:crypto";
import type { Home } from "../home.ts";
import { readRecordKey } from "../record-key.ts";

/** Of the secret in scope `global` (spec 5.4): 64 hex digits. */
const VERDICT_KEY = "skills.verdicts.key";

/** The key that verdicts are authenticated with; made by the first pass. `VaultUnavailable` where it cannot be had. */
export const readVerdictKey = (home: Home): Promise<KeyObject> => readRecordKey(home, VERDICT_KEY);
