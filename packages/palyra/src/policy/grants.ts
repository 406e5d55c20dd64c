/** What an operator grants a skill beside its manifest, and where he holds it shorter (spec 10.1, 10.4). Pure. */
import { type CapabilityGrants, capabilityGrants } from "palyra-skills/capability";
import { compareUtf8, encodeUtf8, type JsonReader, readJson, writeJson } from "palyra-skills/encoding";
import type { Manifest } from "palyra-skills/manifest";

/** A place that a skill may reach although it is not https on port 443 of a public address. */
export interface HostGrant {
  readonly host: string;
  readonly port: number;
  readonly plain_http: boolean;
  /** The host is an address literal, or its name may lead to an address that is not public: this machine, this network. */
  readonly private_addresses: boolean;
}

/** A secret that the host puts into a header for a host; the skill never has it, whatever else it is granted (T38). */
export interface InsertGrant {
  /** `<scope>/<key>`. */
  readonly secret: string;
  /** `HOST` or `HOST:PORT` is https; plain http is `http://HOST` or `http://HOST:PORT`. */
  readonly host: string;
  readonly header: string;
  /** Before the value: `Bearer `. */
  readonly prefix: string;
}

/** A root that lies elsewhere than below the state root's `skill-data` (T23). */
export interface RootGrant {
  readonly root: string;
  /** Absolute. */
  readonly folder: string;
}

/** Quotas of the operator: lower than the manifest's, or they change nothing (spec 10.1). */
export interface QuotaLimits {
  readonly fuel?: bigint;
  readonly memory_bytes?: number;
  readonly wall_ms?: number;
}

/** What a call finds always the same, so that it can be repeated (spec 10.4). */
export interface FixedSurroundings {
  /** Milliseconds since 1970 at which its clocks stand still. */
  readonly clock_unix_ms?: number;
  /** Its randomness is made of this, and of nothing else: whoever knows it knows each key that the tool makes. */
  readonly seed?: string;
}

/** All that is granted one skill. */
export interface SkillGrants {
  readonly hosts: readonly HostGrant[];
  /** Keys of scope `global` that it declares and may have (T22). */
  readonly global_keys: readonly string[];
  readonly inserts: readonly InsertGrant[];
  readonly roots: readonly RootGrant[];
  readonly limits: QuotaLimits;
  readonly fixed: FixedSurroundings;
}

export const NO_GRANTS: SkillGrants = { hosts: [], global_keys: [], inserts: [], roots: [], limits: {}, fixed: {} };

/** By skill id. */
export type GrantsOfSkills = ReadonlyMap<string, SkillGrants>;

export const isEmptyGrant = ({ hosts, global_keys, inserts, roots, limits, fixed }: SkillGrants): boolean =>
  [hosts, global_keys, inserts, roots, Object.keys(limits), Object.keys(fixed)].every(({ length }) => length === 0);

/**
 * What a run may use, as receipts and approvals have it: `class=value`, sorted, the operator's part with it. `secret` is what its tools may read,
 * `insert` what the host puts into a header and they may not; one that the manifest does not declare is neither, and such a root is none.
 */
export function grantTexts(manifest: Manifest, granted: SkillGrants): readonly string[] {
  const { http_hosts, secret_keys, storage_prefixes }: CapabilityGrants = capabilityGrants(manifest);
  const { read_roots, write_roots } = manifest.capabilities.filesystem;
  const texts = [
    ...http_hosts.map((host) => `network=${host}`),
    ...granted.hosts.map(hostText),
    ...secret_keys.filter((name) => mayRead(name, granted)).map((name) => `secret=${name}`),
    ...granted.inserts
      .filter(({ secret }) => secret_keys.includes(secret))
      .map(({ secret, host, header }) => `insert=${secret} ${host} ${header}`),
    ...read_roots.map((root) => `storage_read=${root}`),
    ...storage_prefixes.map((root) => `storage_write=${root}`),
    ...granted.roots
      .filter(({ root }) => read_roots.includes(root) || write_roots.includes(root))
      .map(({ root, folder }) => `root=${root} ${folder}`),
    ...fixedTexts(granted.fixed),
  ];
  return [...new Set(texts)].sort(compareUtf8);
}

const fixedTexts = ({ clock_unix_ms, seed }: FixedSurroundings): readonly string[] => [
  ...(clock_unix_ms === undefined ? [] : [`clock=frozen ${clock_unix_ms}`]),
  ...(seed === undefined ? [] : [`random=seeded ${seed}`]),
];

const hostText = ({ host, port, plain_http, private_addresses }: HostGrant): string =>
  `network=${plain_http ? "http" : "https"}://${host}:${port}${private_addresses ? " private" : ""}`;

/** A key of scope `global` is nobody's until the operator says whose (T22); one that the host inserts is no tool's to read (T38). */
export const mayRead = (name: string, { global_keys, inserts }: SkillGrants): boolean =>
  !inserts.some(({ secret }) => secret === name) &&
  (!name.startsWith("global/") || global_keys.includes(name.slice("global/".length)));

/** The manifest's quotas, the operator's and the caller's: the lowest of each. A manifest may ask for more than a number holds: that is what it gets. */
export function effectiveQuotas(
  manifest: Manifest,
  { limits }: SkillGrants,
  asked: QuotaLimits = {},
): { readonly fuel: bigint; readonly memoryBytes: number; readonly wallMs: number } {
  const { fuel_budget, max_memory_bytes, wall_clock_timeout_ms } = manifest.capabilities.quotas;
  return {
    fuel: [limits.fuel, asked.fuel].reduce<bigint>((low, each) => (each !== undefined && each < low ? each : low), fuel_budget),
    memoryBytes: Math.min(Number(max_memory_bytes), limits.memory_bytes ?? MOST, asked.memory_bytes ?? MOST),
    wallMs: Math.min(Number(wall_clock_timeout_ms), limits.wall_ms ?? MOST, asked.wall_ms ?? MOST),
  };
}

const MOST = Number.MAX_SAFE_INTEGER;

export function writeGrants(grants: GrantsOfSkills): Uint8Array {
  const skills = [...grants]
    .filter(([, granted]) => !isEmptyGrant(granted))
    .sort(([one], [other]) => compareUtf8(one, other))
    .map(([skill_id, { hosts, global_keys, inserts, roots, limits, fixed }]) => ({
      skill_id,
      hosts: hosts.map((each) => ({ ...each })),
      global_keys,
      inserts: inserts.map((each) => ({ ...each })),
      roots: roots.map((each) => ({ ...each })),
      limits: { ...limits },
      ...(Object.keys(fixed).length === 0 ? {} : { fixed: { ...fixed } }),
    }));
  return encodeUtf8(writeJson({ skills }));
}

/** Undefined: not as it is written; what a newer release says of a grant may hold it shorter. */
export function parseGrants(json: Uint8Array): GrantsOfSkills | undefined {
  if (json.length === 0) return new Map();
  const read = readJson(json, (root) => {
    const fields = root.object();
    const skills = fields.required("skills").array(readSkill);
    fields.finish();
    return skills;
  });
  return read.ok ? new Map(read.value) : undefined;
}

function readSkill(reader: JsonReader): [string, SkillGrants] {
  const fields = reader.object();
  const granted = {
    hosts: fields.required("hosts").array((host) => {
      const of = host.object();
      const read = {
        host: of.required("host").string(),
        port: of.required("port").safeInteger({ min: 1, max: 65_535 }),
        plain_http: of.required("plain_http").boolean(),
        private_addresses: of.required("private_addresses").boolean(),
      };
      of.finish();
      return read;
    }),
    global_keys: fields.required("global_keys").array((key) => key.string()),
    inserts: fields.required("inserts").array((insert) => {
      const of = insert.object();
      const text = (name: string): string => of.required(name).string();
      const read = { secret: text("secret"), host: text("host"), header: text("header"), prefix: text("prefix") };
      of.finish();
      return read;
    }),
    roots: fields.required("roots").array((root) => {
      const of = root.object();
      const read = { root: of.required("root").string(), folder: of.required("folder").string() };
      of.finish();
      return read;
    }),
    limits: readLimits(fields.required("limits")),
    // Records of before have none.
    fixed: fields.optional("fixed", readFixed) ?? {},
  };
  const skillId = fields.required("skill_id").string();
  fields.finish();
  return [skillId, granted];
}

function readFixed(reader: JsonReader): FixedSurroundings {
  const fields = reader.object();
  const clock = fields.optional("clock_unix_ms", (value) => value.safeInteger({ min: 0 }));
  const seed = fields.optional("seed", (value) => value.string());
  fields.finish();
  return { ...(clock === undefined ? {} : { clock_unix_ms: clock }), ...(seed === undefined ? {} : { seed }) };
}

function readLimits(reader: JsonReader): QuotaLimits {
  const fields = reader.object();
  const fuel = fields.optional("fuel", (value) => value.integer({ min: 1n }));
  const memory = fields.optional("memory_bytes", (value) => value.safeInteger({ min: 65_536 }));
  const wall = fields.optional("wall_ms", (value) => value.safeInteger({ min: 1 }));
  fields.finish();
  return {
    ...(fuel === undefined ? {} : { fuel }),
    ...(memory === undefined ? {} : { memory_bytes: memory }),
    ...(wall === undefined ? {} : { wall_ms: wall }),
  };
}
