/** Real roots on the disk, and a guest that has them. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { scratchFolder } from "../../../../../testing/scratch.ts";
import { Guest, type GuestOptions } from "../../../../../testing/wasi-guest.ts";
import { RootFiles } from "../../../src/execution/broker/files.ts";
import { BROKER_LIMITS, type BrokerLimits } from "../../../src/execution/broker/limits.ts";
import { Room } from "../../../src/execution/broker/room.ts";
import { openRoots, type RootGrant } from "../../../src/execution/broker/roots.ts";

export function stateRoot(): string {
  const folder = scratchFolder("roots");
  return folder;
}

export interface Rooted {
  readonly guest: Guest;
  readonly files: RootFiles;
  readonly state: string;
  /** Where a root is on the disk. */
  readonly at: (...names: string[]) => string;
  readonly uses: string[];
}

export function rooted(
  grants: readonly RootGrant[] = [{ name: "work", write: true }],
  limits: Partial<BrokerLimits> = {},
  state = stateRoot(),
  context: GuestOptions["context"] = {},
  room = new Room([state]),
): Rooted {
  const skillId = "acme.files";
  const uses: string[] = [];
  const opened = openRoots(grants, { stateRoot: state, skillId, guarded: [] });
  const roots = grants.map(({ name, write }, index) => ({ fd: opened[index] ?? -1, name, write }));
  const note = (root: string, change: boolean, granted: boolean): void =>
    void uses.push(`${root} ${change ? "write" : "read"}${granted ? "" : " refused"}`);
  const files = new RootFiles(roots, { ...BROKER_LIMITS, ...limits }, note, () => 1_700_000_000_000, room);
  onTestFinished(() => files.close());
  const guest = new Guest({
    roots: grants,
    ask: (request) => {
      if ("directory" in request || "handle" in request) return files.handle(request);
      throw new Error(`nobody answers ${request.op} here`);
    },
    context,
  });
  return { guest, files, state, uses, at: (...names) => join(state, "skill-data", skillId, ...names) };
}
