/** The CLI's half of spec 8: one POST to a daemon that somebody named, and its answer. */
import { decodeUtf8, type JsonValue, parseJson, toValue, writeJson } from "palyra-skills/encoding";
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
  const name = withoutUserInfo(url.href.replace(/\/$/, ""));
  const base = url.pathname.replace(/\/$/, "");
  return {
    name,
    async post(path, body) {
      const address = new URL(`${base}/admin/v1/${path}`, url);
      try {
        const { status, body: bytes } = await send({
          method: "POST",
          url: address,
          headers: headersOf(call, token),
          body: writeJson(body),
          timeoutMs: DAEMON_TIMEOUT_MS,
          maxBytes: MAX_ANSWER_BYTES,
          signal: call.signal,
        });
        const document = documentOf(bytes);
        if (status !== 200) throw new PalyraError("DaemonRefused", { url: name, status, ...wordsOf(document) });
        if (document === undefined) throw new PalyraError("DaemonUnreachable", { url: name, problem: "its answer is no JSON" });
        return document;
      } catch (error) {
        if (!(error instanceof NetFailure)) throw error;
        // Spec 6.2, D5: elsewhere it may be a firewall that refuses; here it means that nobody listens.
        if (error.kind === "refused" && isLoopback(url)) {
          call.warn(`no daemon runs at ${name} (${from}), so the change is made here, in the local journal`);
          return undefined;
        }
        throw new PalyraError("DaemonUnreachable", { url: name, problem: error.problem }, { cause: error });
      }
    },
  };
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
function documentOf(bytes: Uint8Array): JsonValue | undefined {
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
