/** What a verdict rests on (spec 5.4, T32). Pure but for the hashing. */
import type { Hmac, KeyObject } from "node:crypto";
import type { AuditPolicy, FeedSource } from "palyra-skills/audit";
import { writeJson } from "palyra-skills/encoding";
import type { HostLevel } from "palyra-skills/manifest";
import type { InstalledEntry } from "../../installed/index.ts";

const crypto = () => process.getBuiltinModule("node:crypto");

/** Keeps the HMAC from being one of anything else, and counts up where its parts change their meaning. */
const DOMAIN = "palyra.skill.verdict.v2";

/** What all verdicts of a pass have in common. */
export interface Ground {
  /** Of the skills folder, with links followed. */
  readonly place: string;
  /** The program: rules, parsers, limits. */
  readonly code: string;
  /** `Node 20.20.2`. */
  readonly engine: string;
  readonly host: HostLevel;
  readonly policy: AuditPolicy;
  readonly feed: FeedSource;
  /** Of the statements of exploitability; empty where there are none. */
  readonly vexSha256: string;
  /** 64 hex digits: of trust store, constraints and revocation lists. */
  readonly trust: string;
  /** The next moment at which a period or expiry ends, milliseconds since 1970: until then the same is said of the same. */
  readonly until: number | undefined;
}

/** A digest of the ground, as a text. */
export function groundDigest({ place, code, engine, host, policy, feed, vexSha256, trust, until }: Ground): string {
  const parts = [
    place,
    code,
    engine,
    host.protocolMajor,
    host.version,
    policyText(policy),
    feedText(feed),
    vexSha256,
    trust,
    until ?? null,
  ];
  return crypto().createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** A feed by what is in it: fetched again and the same, it says the same. */
function feedText(feed: FeedSource): string {
  if (feed.state === "open") return `open ${feed.facts.sha256}`;
  return feed.state === "unreadable" ? `unreadable ${feed.hook}` : feed.state;
}

const policyText = (policy: AuditPolicy): string => writeJson({ ...policy, checks: { ...policy.checks } });

/** The verdict that one version has kept, if it passed as it is now: lacks the files that lie beside the artifact (`FilesHash`). */
export function beginVerdict(key: KeyObject, ground: string, entry: InstalledEntry): Hmac {
  const { skill_id, version, publisher, artifact_sha256, payload_sha256, signature_key_id } = entry;
  const parts = [DOMAIN, ground, skill_id, version, publisher, artifact_sha256, payload_sha256, signature_key_id];
  return crypto().createHmac("sha256", key).update(JSON.stringify(parts));
}
