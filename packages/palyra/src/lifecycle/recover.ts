import type { Call } from "../call.ts";
import type { Home } from "./home.ts";

/** What a command that only reads calls first: finishes what a dead process left, if nobody holds the lock. Creates nothing. Spec 5.2. */
export declare function recoverForReading(home: Home, call: Call): Promise<void>;
