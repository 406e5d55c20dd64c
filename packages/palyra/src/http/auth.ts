/** Who asks: the token of the daemon, and the principal that its holder claims (spec 8). */
import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Fault } from "palyra-skills";
import { Refusal } from "./refusal.ts";

export interface Caller {
  readonly principal: string;
  readonly deviceId: string;
  readonly channel: string | null;
}

/** Tokens that are let in. None: whoever reaches the daemon is, which is for `--dev` alone. */
export class Tokens {
  readonly #digests: readonly Uint8Array[];
  readonly #open: boolean;

  /** @param open without a token too: `--dev` */
  constructor(tokens: readonly string[], open: boolean) {
    this.#digests = tokens.map(digestOf);
    this.#open = open;
  }

  /** Throws `Unauthorized`. Digests are compared, all of them, so that the time says nothing of where a guess went wrong. */
  check(request: IncomingMessage): void {
    const { authorization } = request.headers;
    if (authorization === undefined && this.#open) return;
    const [, token] = /^Bearer ([!-~]+)$/i.exec(authorization ?? "") ?? [];
    if (token === undefined) throw unauthorized("a token is needed: Authorization: Bearer TOKEN");
    const digest = digestOf(token);
    let found = false;
    for (const each of this.#digests) found = timingSafeEqual(each, digest) || found;
    if (!found) throw unauthorized("the token is not this daemon's");
  }
}

function digestOf(token: string): Uint8Array {
  return hash("sha256", token, "buffer");
}

function unauthorized(detail: string): Refusal {
  return new Refusal("Unauthorized", detail, { headers: { "www-authenticate": 'Bearer realm="palyrad"' } });
}

/** Throws `InvalidRequest` with all that is wrong, `PrincipalRefused`. */
export function callerOf({ headers }: IncomingMessage): Caller {
  const faults: Fault[] = [];
  const read = (name: string, form: RegExp, allowed: string): string => {
    const value = headers[name];
    if (typeof value === "string" && form.test(value)) return value;
    faults.push({ path: name, problem: value === undefined ? "missing" : "not allowed", allowed });
    return "";
  };
  const principal = read("x-palyra-principal", /^[\x21-\x7e]{1,256}$/, "at most 256 ASCII characters, no blanks");
  const deviceId = read("x-palyra-device-id", /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i, "a ULID");
  const hasChannel = headers["x-palyra-channel"] !== undefined;
  const channel = hasChannel ? read("x-palyra-channel", /^[!-~]+(?: [!-~]+)*$/, "ASCII, single blanks within") : null;
  if (channel !== null && channel.length > 256)
    faults.push({ path: "x-palyra-channel", problem: "too long", allowed: "256 characters" });
  if (faults.length > 0) throw new Refusal("InvalidRequest", "the headers do not say who asks", { faults });
  // What the daemon does by itself is journaled so; nobody outside may pass for it.
  if (/^system:/i.test(principal))
    throw new Refusal("PrincipalRefused", "a principal that begins with system: is the daemon's own");
  return { principal, deviceId, channel };
}

/** Headers that count once: of two, one reader would take the first, another the last. */
const SINGLE: ReadonlySet<string> = new Set([
  "host",
  "origin",
  "authorization",
  "content-type",
  "content-length",
  "x-palyra-principal",
  "x-palyra-device-id",
  "x-palyra-channel",
  "last-event-id",
]);

/** Throws `InvalidRequest`. */
export function refuseRepeatedHeaders({ rawHeaders }: IncomingMessage): void {
  let seen = "\n";
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.includes(`\n${name}\n`)) throw new Refusal("InvalidRequest", `the header ${name} is there twice`);
    seen += `${name}\n`;
  }
}
