/**
 * `.passed` in the skills folder: which installed bytes passed an audit by the policy in force, so that a tool of theirs may start (spec 10,
 * step 2: a launch audits nothing). Of the form of `.verdicts`, under the same key of the vault, and apart from it: kept by an install, by
 * `skills audit` and by the re-audit, under the lock of the folder.
 *
 * A verdict of `.verdicts` rests on the trust state and on the extracted files too. A launch asks about trust and revocation itself, twice,
 * and runs the artifact's own bytes: so these rest on the rest of 5.4 alone, and another publisher's key does not stop every skill.
 */
import type { KeyObject } from "node:crypto";
import { realpath } from "node:fs/promises";
import { HOST_LEVEL } from "palyra-skills/manifest";
import type { Call } from "../call.ts";
import { ifThere, withLock } from "../files/index.ts";
import { type InstalledEntry, readIndex, skillsFolder, Verdicts } from "../installed/index.ts";
import type { Home } from "./home.ts";
import { groundDigest } from "./reaudit/basis.ts";
import { feedChangeMs, type Standards } from "./reaudit/measure.ts";
import { readVerdictKey } from "./reaudit/verdict-key.ts";

export type LaunchStandards = Standards;

/** Whose verdict one is. */
export type LaunchSubject = Pick<
  InstalledEntry,
  "skill_id" | "version" | "publisher" | "artifact_sha256" | "payload_sha256" | "signature_key_id"
>;

const DOMAIN = "palyra.skill.launch.v1";

/** What all of these verdicts have in common at a moment: another text, and none of them counts. */
export async function launchGround(
  home: Home,
  { policy, feed, vexSha256 = "", code }: LaunchStandards,
  now: number,
): Promise<string> {
  const { places, platform, host = HOST_LEVEL } = home;
  const place = (await ifThere(() => realpath(places.skillsRoot))) ?? places.skillsRoot;
  const until = feedChangeMs(feed, policy, now);
  return groundDigest({ place, code, engine: platform.engine, host, policy, feed, vexSha256, trust: "", until });
}

/** What the vault throws; `Io`. */
export async function holdsLaunchVerdict(home: Home, ground: string, entry: LaunchSubject): Promise<boolean> {
  const verdicts = await Verdicts.read(skillsFolder(home.places.skillsRoot).passed);
  return verdicts.size > 0 && verdicts.holds(verdictOf(await readVerdictKey(home), ground, entry));
}

/** Keeps that these passed. Where it cannot be kept they do not start, and `skills audit` tries again. */
export async function keepLaunchVerdicts(
  home: Home,
  standards: LaunchStandards,
  passed: readonly LaunchSubject[],
  call: Pick<Call, "now" | "signal" | "warn">,
): Promise<void> {
  if (passed.length === 0) return;
  const { passed: file, lock } = skillsFolder(home.places.skillsRoot);
  try {
    const [key, ground] = [await readVerdictKey(home), await launchGround(home, standards, call.now)];
    await withLock(lock, { purpose: "launch verdicts", signal: call.signal }, async () => {
      const verdicts = await Verdicts.read(file);
      for (const entry of passed) verdicts.put(verdictOf(key, ground, entry));
      if (verdicts.size > MOST_PER_SKILL * passed.length + SPARE) await dropOld(home, verdicts, { key, ground });
      await verdicts.write(file);
    });
  } catch {
    call.signal.throwIfAborted();
    call.warn(
      `${file} could not be written: what passed the audit cannot be started until palyra skills audit keeps that it did.`,
    );
  }
}

/** Verdicts of other grounds that may be there: of another policy, of before the feed was renewed. */
const MOST_PER_SKILL = 8;
const SPARE = 4096;

/** Keeps those of what is installed and of the ground of this moment. */
async function dropOld(home: Home, verdicts: Verdicts, { key, ground }: { key: KeyObject; ground: string }): Promise<void> {
  for (const entry of (await readIndex(home.places.skillsRoot)).entries) verdicts.holds(verdictOf(key, ground, entry));
  verdicts.dropUnused();
}

function verdictOf(key: KeyObject, ground: string, entry: LaunchSubject): Uint8Array {
  const { skill_id, version, publisher, artifact_sha256, payload_sha256, signature_key_id } = entry;
  const parts = [DOMAIN, ground, skill_id, version, publisher, artifact_sha256, payload_sha256, signature_key_id];
  return process.getBuiltinModule("node:crypto").createHmac("sha256", key).update(JSON.stringify(parts)).digest();
}
