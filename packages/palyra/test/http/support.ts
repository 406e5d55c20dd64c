import { join } from "node:path";
import { compose } from "../../src/entry/compose.ts";
import { EventStreams } from "../../src/http/events.ts";
import { Metrics } from "../../src/http/metrics.ts";
import type { Route } from "../../src/http/route.ts";
import { allRoutes } from "../../src/http/routes/index.ts";
import { State } from "../../src/http/state.ts";
import { temporaryFolder } from "../cli/support.ts";

/** As far as the tests read it. */
export interface OpenApi {
  readonly paths: { readonly [path: string]: { readonly [method: string]: OpenApiOperation } };
}
export interface OpenApiOperation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: "path" | "query" | "header";
    readonly required: boolean;
    readonly schema: { readonly [key: string]: unknown };
  }[];
  readonly requestBody?: {
    readonly content: { readonly "application/json": { readonly schema: { readonly [key: string]: unknown } } };
  };
}

/** The table of routes itself, of a state root where nothing is. */
export async function routesForTests(): Promise<readonly Route[]> {
  const root = temporaryFolder();
  const services = compose({ stateRoot: join(root, "state") }, { HOME: root });
  const state = new State(services.home, () => {
    throw new Error("nobody asks");
  });
  const streams = new EventStreams(state, () => 0);
  const metrics = new Metrics({ skills: async () => new Map(), streams: () => 0, ready: async () => true });
  const auditor = { audit: () => Promise.reject(new Error("nobody asks")) };
  return allRoutes({
    services,
    state,
    streams,
    metrics,
    auditor,
    health: async () => ({ ready: true, reasons: [] }),
    prove: () => "",
  });
}
