/** The CLI's half of spec 8: one POST to a daemon that somebody named, and its answer. */
import type { Agent } from "node:http";
import { decodeUtf8, type JsonObject, type JsonValue, parseJson, toValue, writeJson } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { isLoopback, NetFailure, send } from "../net/index.ts";
import type { DaemonPort } from "../operations/services.ts";
import { withoutUserInfo } from "../operations/wording/url.ts";
import { DAEMON_TIMEOUT_MS } from "../settings.ts";

/** Bytes of an answer; those of the admin API have some hundred. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface DaemonAddress {
  readonly url: URL;
  /** Where it was named: `--url`, `PALYRA_DAEMON_URL`. */
  readonly from: string;
  readonly token: string | undefined;
}

/** A named daemon. A refused connection on loopback means that none runs, in any other case there is an answer or an error (spec 6.2). */
export function daemonAt({ url, from, token }: DaemonAddress, call: Call): DaemonPort {
  const name = shownUrl(url);
  return {
    name,
    isOwn: false,
    async post(path, body, timeoutMs) {
      try {
        return await postTo({ url, name, token, timeoutMs }, path, body, call);
      } catch (error) {
        if (!(error instanceof NetFailure)) throw error;
        // Spec 6.2, D5: elsewhere it may be a firewall that refuses; here it means that nobody listens.
        if (error.kind === "refused" && isLoopback(url)) {
          call.warn(`no daemon runs at ${name} (${from}), so the change is made here, in the local journal`);
          return undefined;
        }
        throw unreachable(name, error);
      }
    },
  };
}

export interface PostTarget {
  readonly url: URL;
  /** As it is shown. */
  readonly name: string;
  readonly token: string | undefined;
  /** Milliseconds; absent: those of an ordinary answer. */
  readonly timeoutMs?: number | undefined;
  readonly agent?: Agent;
}

/** Posts below `/admin/v1/` and believes what is a document. `DaemonRefused`, `DaemonUnreachable`, `Usage`; throws `NetFailure` for no answer. */
export async function postTo(target: PostTarget, path: string, body: JsonObject, call: Call): Promise<JsonValue> {
  const { url, name, token, timeoutMs = DAEMON_TIMEOUT_MS, agent } = target;
  const answer = await send({
    method: "POST",
    url: new URL(`${url.pathname.replace(/\/$/, "")}/admin/v1/${path}`, url),
    headers: headersOf(call, token),
    body: writeJson(body),
    timeoutMs,
    maxBytes: MAX_ANSWER_BYTES,
    signal: call.signal,
    ...(agent === undefined ? {} : { agent }),
  });
  const document = documentOf(answer.body);
  if (answer.status !== 200) throw new PalyraError("DaemonRefused", { url: name, status: answer.status, ...wordsOf(document) });
  if (document === undefined) throw new PalyraError("DaemonUnreachable", { url: name, problem: "its answer is no JSON" });
  return document;
}

export function shownUrl(url: URL): string {
  return withoutUserInfo(url.href.replace(/\/$/, ""));
}

export function unreachable(name: string, failure: NetFailure): PalyraError<"DaemonUnreachable"> {
  return new PalyraError("DaemonUnreachable", { url: name, problem: failure.problem }, { cause: failure });
}

function headersOf({ principal, deviceId, channel }: Call, token: string | undefined): { readonly [name: string]: string } {
  return {
    "content-type": "application/json",
    accept: "application/json",
    "x-palyra-principal": header("--principal", principal),
    "x-palyra-device-id": header("--device-id", deviceId),
    ...(channel === null ? {} : { "x-palyra-channel": header("--channel", channel) }),
    ...(token === undefined ? {} : { authorization: `Bearer ${header("the token", token)}` }),
  };
}

/** What a header can carry as it is; another text would be sent as something else. */
function header(what: string, value: string): string {
  if (/^[!-~]+(?: [!-~]+)*$/.test(value)) return value;
  throw new PalyraError("Usage", { problem: `${what} cannot be sent to a daemon: it is not printable ASCII` });
}

/** Undefined for what is no strict JSON. */
export function documentOf(bytes: Uint8Array): JsonValue | undefined {
  try {
    return toValue(parseJson(decodeUtf8(bytes) ?? ""));
  } catch {
    return undefined;
  }
}

/** Title and detail of a problem document (RFC 9457), where it is one. */
function wordsOf(document: JsonValue | undefined): { readonly problem: string } {
  const members = new Map<string, unknown>(typeof document === "object" && document !== null ? Object.entries(document) : []);
  const words = [members.get("title"), members.get("detail")].filter((each) => typeof each === "string");
  return { problem: words.join(": ") };
}
