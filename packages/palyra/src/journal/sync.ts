import { open, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { ifThere, io, syncFolder } from "../files/index.ts";

/**
 * What was committed to a journal without a sync is on the disk afterwards (spec 5.3), and the process goes on meanwhile. In WAL mode all of it is
 * in the file beside it, or is on the disk already; in any other SQLite syncs each commit. `Io`.
 */
export async function syncJournal(file: string): Promise<void> {
  await ifThere(() =>
    io("sync", file, async () => {
      // Through links: it lies beside the file itself.
      const log = `${await realpath(file)}-wal`;
      // Never the journal's own file: closing it would take SQLite's locks away. To write: Windows syncs nothing else.
      const handle = await open(log, "r+");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await syncFolder(dirname(log));
    }),
  );
}
