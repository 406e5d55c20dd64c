/** The routes of the service itself: health, metrics, the API's page, and the proof that it is this state root's. */
import * as v from "valibot";
import type { Health } from "../health.ts";
import { jsonText } from "../json.ts";
import type { Metrics } from "../metrics.ts";
import { openApiPage } from "../openapi.ts";
import type { Route } from "../route.ts";
import { NO_WIRE } from "../wire.ts";

export interface ServicePorts {
  readonly metrics: Metrics;
  readonly health: () => Promise<Health>;
  /** The proof of spec 6, T29. */
  readonly prove: (nonce: string) => string;
}

const HEALTHZ = v.strictObject({ status: v.literal("ok") });
const READYZ = v.strictObject({ ready: v.boolean(), reasons: v.array(v.string()) });
const PROOF = v.strictObject({ proof: v.string() });
const nonce = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "is not 64 lower-case hex digits"));

/** @param others of the API, for its page */
export function serviceRoutes({ metrics, health, prove }: ServicePorts, others: readonly Route[]): readonly Route[] {
  let page: string | undefined;
  const routes: readonly Route[] = [
    {
      id: "healthz",
      method: "GET",
      path: "/healthz",
      summary: "Whether the process answers",
      access: "open",
      wire: NO_WIRE,
      answer: HEALTHZ,
      handle: async () => ({ body: '{"status":"ok"}' }),
    },
    {
      id: "readyz",
      method: "GET",
      path: "/readyz",
      summary: "Whether it may be relied on: its journal and trust store have been read, and the last pass came through",
      access: "open",
      wire: NO_WIRE,
      answer: READYZ,
      refusals: [503],
      handle: async () => {
        const { ready, reasons } = await health();
        return { status: ready ? 200 : 503, body: jsonText({ ready, reasons }) };
      },
    },
    {
      id: "challenge",
      method: "POST",
      path: "/challenge",
      summary: "Prove that this is the daemon that run/daemon.json names",
      access: "open",
      wire: { ...NO_WIRE, body: { nonce } },
      answer: PROOF,
      handle: async ({ input }) => ({ body: jsonText({ proof: prove(String(input["nonce"])) }) }),
    },
    {
      id: "metrics",
      method: "GET",
      path: "/metrics",
      summary: "Metrics in the text format of Prometheus",
      access: "token",
      wire: NO_WIRE,
      types: ["text/plain"],
      handle: async () => ({ type: metrics.type, body: await metrics.text() }),
    },
    {
      id: "openapi",
      method: "GET",
      path: "/openapi.json",
      summary: "This page",
      access: "token",
      wire: NO_WIRE,
      answer: v.record(v.string(), v.unknown()),
      handle: async () => {
        page ??= jsonText(openApiPage([...routes, ...others]));
        return { body: page };
      },
    },
  ];
  return routes;
}
