import type { InventoryEntry } from "../../operations/shared/inventory.ts";
import { safe } from "../../operations/wording/safe.ts";
import type { Cell } from "../text/layout.ts";

/** `active`, or what is in the way. Trust is not looked at, so that nothing here promises that it may run. */
export function eligibilityCell({ eligibility, runtime_status, problem }: InventoryEntry): Cell {
  if (eligibility.eligible) return { text: "active", paint: "good" };
  if (problem !== undefined) return { text: "damaged", paint: "bad" };
  if (eligibility.status === "unknown") return { text: "no status", paint: "warning" };
  const { status } = runtime_status;
  return { text: status === "active" || status === "unknown" ? "no" : safe(status, 40), paint: "bad" };
}
