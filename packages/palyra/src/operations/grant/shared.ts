/** What an operator types of a grant, read and shown. */
import * as v from "valibot";
import type { FixedSurroundings, HostGrant, InsertGrant, QuotaLimits, RootGrant, SkillGrants } from "../../policy/index.ts";
import { integer, list, text } from "../field.ts";
import { parseTime, time } from "../shared/time.ts";

/** As documents have them; absent lists are empty. */
export interface GrantsDocument {
  readonly skill_id: string;
  readonly hosts: readonly HostGrant[];
  readonly global_keys: readonly string[];
  readonly inserts: readonly InsertGrant[];
  readonly roots: readonly RootGrant[];
  readonly limits: { readonly fuel?: bigint | number; readonly memory_bytes?: number; readonly wall_ms?: number };
  readonly fixed: FixedSurroundings;
}

export interface GrantAddDocument extends GrantsDocument {
  /** What held before of the limits that were given now. */
  readonly limits_before: GrantsDocument["limits"];
}

export const grantsDocument = (
  skill_id: string,
  { hosts, global_keys, inserts, roots, limits, fixed }: SkillGrants,
): GrantsDocument => ({
  skill_id,
  hosts,
  global_keys,
  inserts,
  roots,
  limits,
  fixed,
});

const INSERT =
  /^([^/@\s][^/@]*)\/([A-Za-z0-9._-]{1,128})@((?:https?:\/\/)?[A-Za-z0-9.:[\]-]{1,261})\/([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64})$/;
/** Headers that are the host's own (spec 10.4). */
const OURS = /^(host|connection|content-length|transfer-encoding|proxy-.*|cookie2?|te|trailer|upgrade|expect)$/i;

export const grantOptions = {
  origin: v.optional(list("ORIGIN", "May also reach this origin: https://api.example.com:8443", originProblem), []),
  privateOrigin: v.optional(
    list("ORIGIN", "The same, also where its address is this machine's or this network's: http://127.0.0.1:8080", originProblem),
    [],
  ),
  globalKey: v.optional(list("KEY", "May read this key of the scope global, if it declares it", keyProblem), []),
  insert: v.optional(
    list(
      "SECRET@HOST/HEADER",
      "The host puts this secret into that header of https requests to that host (HOST:PORT: to that port; http://HOST: of plain http): global/weather@api.example.com/authorization",
      insertProblem,
    ),
    [],
  ),
  bearer: v.optional(list("SECRET@HOST", "The same, as authorization: Bearer …", bearerProblem), []),
  root: v.optional(list("ROOT=FOLDER", "This root of its lies in that folder", rootProblem), []),
  maxFuel: v.optional(integer("N", "Units of fuel of a call, at most; lower only", 1)),
  maxMemory: v.optional(integer("BYTES", "Memory of a call, at most; lower only", 65_536)),
  maxWallMs: v.optional(integer("MS", "Time of a call, at most; lower only", 1)),
  frozenClock: v.optional(time("Its clocks stand still at this moment, so that a call can be repeated")),
  seed: v.optional(text("TEXT", "Its randomness is made of this alone, so that a call can be repeated: no secret", seedProblem)),
};

type Typed = v.InferOutput<v.StrictObjectSchema<typeof grantOptions, undefined>>;

/** What was typed, as a grant. */
export function typedGrants(typed: Typed): SkillGrants {
  const limits: QuotaLimits = {
    ...(typed.maxFuel === undefined ? {} : { fuel: BigInt(typed.maxFuel) }),
    ...(typed.maxMemory === undefined ? {} : { memory_bytes: typed.maxMemory }),
    ...(typed.maxWallMs === undefined ? {} : { wall_ms: typed.maxWallMs }),
  };
  const clock = typed.frozenClock === undefined ? undefined : parseTime(typed.frozenClock);
  return {
    hosts: [...typed.origin.map((text) => hostOf(text, false)), ...typed.privateOrigin.map((text) => hostOf(text, true))],
    global_keys: typed.globalKey,
    inserts: [...typed.insert, ...typed.bearer.map((text) => `${text}/authorization`)].map((text, at) =>
      insertOf(text, at < typed.insert.length ? "" : "Bearer "),
    ),
    roots: typed.root.map(rootOf),
    limits,
    fixed: {
      ...(clock === undefined ? {} : { clock_unix_ms: clock }),
      ...(typed.seed === undefined ? {} : { seed: typed.seed }),
    },
  };
}

/** What is granted, and this besides: a newer grant of the same thing takes the place of the older. */
export function withGrants(before: SkillGrants, added: SkillGrants): SkillGrants {
  return {
    hosts: joined(before.hosts, added.hosts, ({ host, port, plain_http }) => `${plain_http}:${host}:${port}`),
    global_keys: joined(before.global_keys, added.global_keys, (key) => key),
    inserts: joined(before.inserts, added.inserts, ({ host, header }) => `${host}/${header}`),
    roots: joined(before.roots, added.roots, ({ root }) => root),
    limits: { ...before.limits, ...added.limits },
    fixed: { ...before.fixed, ...added.fixed },
  };
}

function joined<Item>(before: readonly Item[], added: readonly Item[], key: (item: Item) => string): readonly Item[] {
  return [...new Map([...before, ...added].map((item) => [key(item), item])).values()];
}

function seedProblem(seed: string): string | undefined {
  return /^[\x21-\x7e]{1,64}$/.test(seed) ? undefined : "is not 1 to 64 printable ASCII characters without spaces";
}

function originProblem(text: string): string | undefined {
  if (text.includes("*")) return "is no origin: each is granted by its own name, and none stands for several";
  return formProblem(text);
}

/** One that is kept may be of a form that is granted no more. */
export function formProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && (url.protocol === "https:" || url.protocol === "http:");
  if (!isOrigin) return "is no origin: https://HOST or https://HOST:PORT";
  const extra = url.username !== "" || url.password !== "" || url.pathname !== "/" || url.search !== "" || url.hash !== "";
  return extra ? "is more than an origin: leave out all behind host and port" : undefined;
}

function hostOf(text: string, private_addresses: boolean): HostGrant {
  const { hostname, port, protocol } = new URL(text);
  const plain_http = protocol === "http:";
  return { host: hostname, port: port === "" ? (plain_http ? 80 : 443) : Number(port), plain_http, private_addresses };
}

/** T22: names of the host's own keys are given to nobody. */
function keyProblem(key: string): string | undefined {
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(key)) return "is no key of a secret";
  return /^(skills|palyra)\./.test(key) ? "is a key of this system's own, which no skill is given" : undefined;
}

function insertProblem(text: string): string | undefined {
  const [, scope, key, host = "", header] = INSERT.exec(text) ?? [];
  if (scope === undefined || key === undefined || header === undefined) return "is not SCOPE/KEY@HOST/HEADER";
  if (insertHost(host) === undefined)
    return `names ${host}, which is no host: HOST, HOST:PORT, or http://HOST:PORT for plain http`;
  if (OURS.test(header)) return `names the header ${header}, which is the host's own`;
  return scope === "global" ? keyProblem(key) : undefined;
}

function bearerProblem(text: string): string | undefined {
  return insertProblem(`${text}/authorization`) === undefined ? undefined : "is not SCOPE/KEY@HOST";
}

/** As it is kept: `api.example.com` and `api.example.com:8443` are https, `http://127.0.0.1:8080` says that it is not (T38). */
function insertHost(text: string): string | undefined {
  const address = text.includes("://") ? text : `https://${text}`;
  if (!URL.canParse(address)) return undefined;
  const { protocol, host } = new URL(address);
  return protocol === "https:" ? host : `http://${host}`;
}

function insertOf(text: string, prefix: string): InsertGrant {
  const [, scope = "", key = "", host = "", header = ""] = INSERT.exec(text) ?? [];
  return { secret: `${scope}/${key}`, host: insertHost(host) ?? "", header: header.toLowerCase(), prefix };
}

export function rootProblem(text: string): string | undefined {
  const { root, folder } = rootOf(text);
  if (root === "" || folder === "") return "is not ROOT=FOLDER";
  return /^(\/|[A-Za-z]:[\\/])/.test(folder) ? undefined : "names a folder that is not absolute";
}

/** Of a root alone the folder is empty. */
function rootOf(text: string): RootGrant {
  const [root = "", ...folder] = text.split("=");
  return { root, folder: folder.join("=") };
}
