import * as v from "valibot";
import { type InstalledEntry, readIndex } from "../../installed/index.ts";
import { recoverForReading } from "../../lifecycle/index.ts";
import { flag, text } from "../field.ts";
import { operation } from "../operation.ts";
import { type InventoryEntry, inventoryOf, readStatuses } from "../shared/inventory.ts";

/** Spec 11.4. */
export interface ListDocument {
  readonly skills_root: string;
  readonly count: number;
  readonly entries: readonly InventoryEntry[];
}

export const list = operation({
  input: v.strictObject({
    publisher: v.optional(text("NAME", "Only skills of this publisher")),
    currentOnly: flag("Only the version of each skill that is current"),
    quarantinedOnly: flag("Only what is quarantined"),
    eligibleOnly: flag("Only what may run here"),
  }),
  places: ["skillsDir"],
  examples: ["skills list", "skills list --eligible-only --json"],
  notes: "Filters add up. What is ready, and why not: skills check.",
  errors: ["IndexInvalid", "Io"],
  run: async ({ home }, filters, call): Promise<ListDocument> => {
    await recoverForReading(home, call);
    const { entries: installed } = await readIndex(home.places.skillsRoot);
    const wanted = installed.filter((entry) => ofPublisher(entry, filters.publisher) && (entry.current || !filters.currentOnly));
    const inventory = wanted.length === 0 ? [] : await inventoryOf(home, wanted, await readStatuses(home, call));
    const entries = inventory.filter(
      ({ runtime_status, eligibility }) =>
        (!filters.quarantinedOnly || runtime_status.quarantine_status === "quarantined") &&
        (!filters.eligibleOnly || eligibility.eligible),
    );
    return { skills_root: home.places.skillsRoot, count: entries.length, entries };
  },
});

/** White space and case of the asked-for name do not count (spec 11.4). */
function ofPublisher({ publisher }: InstalledEntry, wanted: string | undefined): boolean {
  return wanted === undefined || publisher.toLowerCase() === wanted.trim().toLowerCase();
}
