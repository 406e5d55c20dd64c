/**
 * One pass of `PeriodicSkillReaudit` (spec 5.4): every current skill is held against what was installed, whom we trust now, and the policy
 * in force; what fails is quarantined. It changes nothing else of what decides (T6), and holds no lock while it hashes and parses.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Call } from "../../call.ts";
import { faultPoint } from "../../files/index.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Home } from "../home.ts";
import { recoverForReading } from "../recover-reading.ts";
import { refreshDueLists } from "../revocation-lists.ts";
import { CurrentIndex } from "./current-index.ts";
import { Examining } from "./examining.ts";
import type { ReauditRequest } from "./measure.ts";
import { type PassSummary, Tally } from "./summary.ts";
import { suspectsLast, targetsOf } from "./targets.ts";
import { beginTurns, type Turns } from "./turns.ts";
import { UNWATCHED } from "./watch.ts";

/**
 * Makes a pass. `IndexInvalid`, `TrustStoreChanged`, `RevocationListStale`, `RevocationListUnusable`, `JournalUnavailable`, `VaultUnavailable`, `UnsafeStateRoot`, `LockTimeout`, `Io`: it
 * stopped, and no skill was quarantined for that. `JournalChainBroken`: all had their turn, and the journal is not the one that is known (T26). Ends with the signal's reason at the next skill once that is given.
 */
export async function reauditSkills(home: Home, request: ReauditRequest, call: Call): Promise<PassSummary> {
  await recoverForReading(home, call);
  faultPoint("reaudit.begin");
  const index = new CurrentIndex(home.places.skillsRoot);
  const { entries } = index.read();
  // A home in which nothing is installed is not touched.
  if (targetsOf(entries).length === 0) return new Tally().summary(call.now, request.clock());
  const examining = await Examining.read(home);
  const suspects = new Set([...(request.watch ?? UNWATCHED).suspects, ...examining.suspects]);
  const targets = suspectsLast(targetsOf(entries), suspects);
  await refreshDueLists(home, call);
  const turns = await beginTurns(home, request, { index, targets, examining, suspects }, call);
  try {
    await eachInTurn(targets, turns, call.signal);
    await turns.end();
    return turns.tally.summary(call.now, request.clock());
  } finally {
    await turns.close();
  }
}

/** Milliseconds of work after which others on this thread have their turn. */
const BREATH_MS = 20;

async function eachInTurn(entries: readonly InstalledEntry[], turns: Turns, signal: AbortSignal): Promise<void> {
  let breathed = performance.now();
  for (const entry of entries) {
    if (performance.now() - breathed > BREATH_MS) {
      await nextTurn();
      breathed = performance.now();
    }
    signal.throwIfAborted();
    const more = turns.of(entry);
    if (more !== undefined) await more;
  }
}
