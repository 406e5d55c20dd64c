/** What operators have decided about launches: where a record of it is not believed, nothing starts (spec 10.5). */
import { isRefusal } from "../../errors.ts";
import { skillsFolder } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { readApprovals, readGrants } from "../shared/authorization-writes.ts";
import { type Finding, findingOf, ok, VAULT_FIRST, warning } from "./finding.ts";
import { isThere } from "./leftovers.ts";

export async function lookAuthorization(home: Home): Promise<readonly Finding[]> {
  const { approvals, grants } = skillsFolder(home.places.skillsRoot);
  const untouched = { ...home, records: untouchedRecords(home.records) };
  return [
    ...(await lookRecord("approvals", approvals, () => readApprovals(untouched))),
    ...(await lookRecord("grants", grants, () => readGrants(untouched))),
  ];
}

/** A key that the vault has not is made in memory alone: it vouches for nothing, and looking writes nothing. */
export function untouchedRecords(records: Home["records"]): Home["records"] {
  const made = new Map<string, Uint8Array>();
  const keep = async (key: string, value: string): Promise<void> => void made.set(key, Buffer.from(value));
  return {
    get: async (key) => made.get(key) ?? (await records.get(key)),
    put: keep,
    replace: async (key, _from, to) => {
      await keep(key, to);
      return true;
    },
  };
}

async function lookRecord(id: "approvals" | "grants", where: string, read: () => Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await read();
    return [ok(id, "the record of them is what was written last", where)];
  } catch (error) {
    if (!isRefusal(error, "VaultUnavailable")) return [findingOf(id, error, where)];
    // Of one that is not there what is said of the vault is enough.
    if (!(await isThere(where))) return [];
    const message = "the record of them cannot be held against its key while the vault is shut";
    return [warning(id, message, { where, ...VAULT_FIRST })];
  }
}
