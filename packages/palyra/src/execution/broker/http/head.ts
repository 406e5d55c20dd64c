/**
 * What a tool asks for over HTTP, as it says it:
 *
 *     { "method": "POST", "url": "https://api.example.com/v1", "headers": { "accept": "application/json" }, "secrets": { "authorization": "skill:acme.echo/token" } }
 *
 * `headers` and `secrets` may be absent; a header of `secrets` gets its value from the host (T38).
 */
import { readJson } from "palyra-skills/encoding";

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export type Method = (typeof METHODS)[number];

const MAX_HEADERS = 64;
const MAX_VALUE_BYTES = 8 * 1024;
const MAX_URL_BYTES = 8 * 1024;

/** Ours, or of one connection alone (T37). */
const OURS: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "te",
  "trailer",
  "upgrade",
  "expect",
  "http2-settings",
  "alt-used",
]);

export interface RequestHead {
  readonly method: Method;
  readonly url: URL;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** References of secrets by the header that each goes into. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Undefined: it is not that. */
export function parseHead(text: string): RequestHead | undefined {
  const read = readJson(text, (root) => {
    const fields = root.object();
    const method = fields.required("method").oneOf(METHODS);
    const url = fields.required("url").string(urlProblem);
    const headers = fields.optional("headers", (at) => at.map((value, name) => namedValue(name, value.string(valueProblem))));
    const secrets = fields.optional("secrets", (at) => at.map((value, name) => namedValue(name, value.string())));
    fields.finish();
    return { method, url, headers: [...(headers ?? new Map()).values()], secrets: [...(secrets ?? new Map()).values()] };
  });
  if (!read.ok) return undefined;
  const { method, url, headers, secrets } = read.value;
  const names = [...headers, ...secrets].map(([name]) => name);
  if (names.length > MAX_HEADERS || new Set(names).size !== names.length || !names.every(isOpenHeader)) return undefined;
  return { method, url: new URL(url), headers: new Map(headers), secrets: new Map(secrets) };
}

const namedValue = (name: string, value: string): readonly [string, string] => [name.toLowerCase(), value];

function isOpenHeader(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/.test(name) && !OURS.has(name) && !name.startsWith("proxy-");
}

function urlProblem(text: string): string | undefined {
  if (Buffer.byteLength(text) > MAX_URL_BYTES || !URL.canParse(text)) return "no address";
  return isPlainUrl(new URL(text)) ? undefined : "neither http nor https, or with a user name";
}

/** No user name and password, which logs would have; no scheme but the two. */
export const isPlainUrl = ({ protocol, username, password }: URL): boolean =>
  (protocol === "https:" || protocol === "http:") && username === "" && password === "";

function valueProblem(text: string): string | undefined {
  return isHeaderValue(text) ? undefined : "no header's value";
}

/** Visible ASCII with spaces between: nothing that could begin another header. */
export const isHeaderValue = (text: string): boolean =>
  text.length <= MAX_VALUE_BYTES && /^([!-~]([ \t!-~]*[!-~])?)?$/.test(text);
