import type { InventoryEntry } from "../../operations/shared/inventory.ts";
import { safe } from "../../operations/wording/safe.ts";
import type { Cell } from "../text/layout.ts";

/** `yes`, or what is in the way. */
export function eligibilityCell({ eligibility, runtime_status, problem }: InventoryEntry): Cell {
  if (eligibility.eligible) return { text: "yes", paint: "good" };
  if (problem !== undefined) return { text: "damaged", paint: "bad" };
  if (eligibility.status === "unknown") return { text: "no status", paint: "warning" };
  const { status } = runtime_status;
  return { text: status === "active" || status === "unknown" ? "no" : safe(status, 40), paint: "bad" };
}
