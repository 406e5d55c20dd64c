import * as v from "valibot";
import { CATALOG, type OperationName } from "../../operations/catalog.ts";
import type { Services } from "../../operations/services.ts";
import { jsonText } from "../json.ts";
import type { Route } from "../route.ts";
import { wireOf } from "../wire.ts";

/** Spec 8, 11.6. */
const STATUS_DOCUMENT = v.strictObject({
  skill_id: v.string(),
  version: v.string(),
  status: v.string(),
  reason: v.optional(v.string()),
  detected_at_ms: v.number(),
  operator_principal: v.string(),
});

/** Quarantine, disable, enable: the very operations of the command line, done here. */
export async function statusRoutes(services: Services): Promise<readonly Route[]> {
  return Promise.all([
    statusRoute(services, "skills quarantine"),
    statusRoute(services, "skills disable"),
    statusRoute(services, "skills enable"),
  ]);
}

type StatusOperation = "skills quarantine" | "skills disable" | "skills enable";

async function statusRoute(services: Services, name: StatusOperation & OperationName): Promise<Route> {
  const { summary, load } = CATALOG[name];
  const operation = await load();
  if (operation.http === undefined) throw new TypeError(`${name} has no route`);
  const { method, path } = operation.http;
  return {
    id: name.replace("skills ", ""),
    method,
    path,
    summary,
    access: "admin",
    wire: wireOf(operation.http, operation.entries),
    answer: STATUS_DOCUMENT,
    refusals: [404, 409],
    handle: async ({ input, call }) => ({ body: jsonText((await operation.run(services, input, call)).output) }),
  };
}
