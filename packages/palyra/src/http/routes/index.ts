import type { Services } from "../../operations/services.ts";
import type { EventStreams } from "../events.ts";
import type { Route } from "../route.ts";
import type { State } from "../state.ts";
import { type AuditPort, auditRoute } from "./audit.ts";
import { inventoryRoutes } from "./inventory.ts";
import { journalRoutes } from "./journal.ts";
import { type ServicePorts, serviceRoutes } from "./service.ts";
import { statusRoutes } from "./status.ts";

export interface RoutePorts extends ServicePorts {
  /** Without a daemon of their own: what is asked of this one is done here. */
  readonly services: Services;
  readonly state: State;
  readonly streams: EventStreams;
  readonly auditor: AuditPort;
}

/** Every route of spec 8. */
export async function allRoutes(ports: RoutePorts): Promise<readonly Route[]> {
  const { services, state, streams, auditor } = ports;
  const admin = [
    ...(await inventoryRoutes(state)),
    ...(await statusRoutes(services)),
    await auditRoute(auditor),
    ...(await journalRoutes(state, streams)),
  ];
  return [...serviceRoutes(ports, admin), ...admin];
}
