/** A broker of a skill `acme.web`, and what a tool does through it. */
import type { HostReply } from "palyra-sandbox/host-messages";
import { onTestFinished } from "vitest";
import { BROKER_LIMITS, type Broker, type BrokerOptions, openBroker } from "../../../src/execution/broker/index.ts";
import type { HttpLimits } from "../../../src/execution/broker/limits.ts";
import { stateRoot } from "./roots.ts";

export const CODE = { invalid: -1, denied: -2, notFound: -3, tooLarge: -4, failed: -5, timedOut: -6, busy: -7 } as const;

export interface BrokerSetting extends Partial<Omit<BrokerOptions, "http" | "secrets" | "limits">> {
  readonly http?: Partial<BrokerOptions["http"]>;
  readonly secrets?: Partial<BrokerOptions["secrets"]>;
  readonly limits?: Partial<HttpLimits>;
  readonly vault?: { readonly [reference: string]: string };
}

export async function broker({ http, secrets, limits, vault = {}, ...more }: BrokerSetting = {}): Promise<Broker> {
  const read = async (reference: string): Promise<Uint8Array | undefined> => {
    const value = vault[reference];
    return value === undefined ? undefined : new TextEncoder().encode(value);
  };
  const opened = await openBroker({
    stateRoot: stateRoot(),
    guarded: [],
    skillId: "acme.web",
    principal: "user:ann",
    channel: null,
    roots: [],
    http: { hosts: [], grants: [], ...http },
    secrets: { granted: [], global: [], insertions: [], read, ...secrets },
    now: () => 1_700_000_000_000,
    randomBytes: (count) => new Uint8Array(count).fill(5),
    signal: new AbortController().signal,
    limits: { ...BROKER_LIMITS, http: { ...BROKER_LIMITS.http, ...limits } },
    ...more,
  });
  onTestFinished(() => opened.close());
  return opened;
}

export interface Wanted {
  readonly method?: string;
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly secrets?: { readonly [name: string]: string };
  readonly body?: string;
}

export interface Got {
  readonly code: number;
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

export const send = (of: Broker, { body = "", method = "GET", ...head }: Wanted): Promise<HostReply> =>
  of.handle({ op: "http_send", head: JSON.stringify({ method, ...head }), body: new TextEncoder().encode(body) });

/** From the first word to the last byte. */
export async function fetchBy(of: Broker, wanted: Wanted): Promise<Got> {
  const sent = await send(of, wanted);
  if (sent.code !== 0) return { code: sent.code };
  const request = Number(sent.value);
  const head = await of.handle({ op: "http_head", request });
  if (head.code !== 0) return { code: head.code };
  const { status, headers } = JSON.parse(new TextDecoder().decode(head.bytes));
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { code, bytes } = await of.handle({ op: "http_read", request, length: 65_536 });
    if (code !== 0) return { code, status };
    if (bytes.byteLength === 0) break;
    chunks.push(bytes.slice());
  }
  await of.handle({ op: "http_close", request });
  return { code: 0, status, headers, body: Buffer.concat(chunks).toString() };
}
