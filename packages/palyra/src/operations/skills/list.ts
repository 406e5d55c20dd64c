import { readdir } from "node:fs/promises";
import * as v from "valibot";
import { type InstalledEntry, readIndex } from "../../installed/index.ts";
import { recoverForReading } from "../../lifecycle/index.ts";
import { flag, text } from "../field.ts";
import { operation } from "../operation.ts";
import type { ProcedureEntry } from "../procedure/folder.ts";
import { type InventoryEntry, inventoryOf, readStatuses } from "../shared/inventory.ts";

/** Spec 11.4. */
export interface ListDocument {
  readonly skills_root: string;
  readonly count: number;
  /** This and the next only where there are procedures (spec 11.8). */
  readonly installed_count?: number;
  readonly procedure_count?: number;
  readonly entries: readonly ListEntry[];
}

export type ListEntry = (InventoryEntry & { readonly entry_kind?: "skill" }) | ProcedureEntry;

export const list = operation({
  input: v.strictObject({
    publisher: v.optional(text("PUBLISHER", "Only skills of this publisher")),
    currentOnly: flag("Only the version of each skill that is current"),
    quarantinedOnly: flag("Only what is quarantined"),
    eligibleOnly: flag("Only what is active and fits this host"),
  }),
  places: ["skillsDir"],
  examples: ["skills list", "skills list --eligible-only --json"],
  notes: "Filters add up. Neither trust nor audit is looked at: what is ready, and why not, says skills check.",
  http: {
    method: "GET",
    path: "/admin/v1/skills",
    fields: ["publisher", "currentOnly", "quarantinedOnly", "eligibleOnly"],
  },
  errors: ["IndexInvalid", "Io"],
  run: async ({ home, settings }, filters, call): Promise<ListDocument> => {
    await recoverForReading(home, call);
    const { entries: installed } = await readIndex(home.places.skillsRoot);
    const wanted = installed.filter((entry) => ofPublisher(entry, filters.publisher) && (entry.current || !filters.currentOnly));
    const inventory = wanted.length === 0 ? [] : await inventoryOf(home, wanted, await readStatuses(home, call));
    const entries = inventory.filter(
      ({ runtime_status, eligibility }) =>
        (!filters.quarantinedOnly || runtime_status.quarantine_status === "quarantined") &&
        (!filters.eligibleOnly || eligibility.eligible),
    );
    const skills_root = home.places.skillsRoot;
    const procedures = await proceduresOf(settings.proceduresDir.value, filters);
    if (procedures.length === 0) return { skills_root, count: entries.length, entries };
    return {
      skills_root,
      count: entries.length + procedures.length,
      installed_count: entries.length,
      procedure_count: procedures.length,
      entries: [...entries.map((entry) => ({ ...entry, entry_kind: "skill" }) as const), ...procedures],
    };
  },
});

interface ProcedureFilters {
  readonly publisher?: string | undefined;
  readonly currentOnly: boolean;
  readonly quarantinedOnly: boolean;
  readonly eligibleOnly: boolean;
}

/** Procedures have neither publisher nor versions (spec 11.8). Their code is loaded only where there is a file of theirs (habit 8). */
async function proceduresOf(folder: string | undefined, filters: ProcedureFilters): Promise<readonly ProcedureEntry[]> {
  if (folder === undefined || filters.publisher !== undefined || filters.currentOnly) return [];
  const names = await readdir(folder).catch(() => []);
  if (!names.some((name) => name.endsWith(".md"))) return [];
  const { listProcedures } = await import("../procedure/folder.ts");
  return (await listProcedures(folder)).filter(
    ({ status }) => (!filters.quarantinedOnly || status !== "active") && (!filters.eligibleOnly || status === "active"),
  );
}

/** White space and case of the asked-for name do not count (spec 11.4). */
function ofPublisher({ publisher }: InstalledEntry, wanted: string | undefined): boolean {
  return wanted === undefined || publisher.toLowerCase() === wanted.trim().toLowerCase();
}
