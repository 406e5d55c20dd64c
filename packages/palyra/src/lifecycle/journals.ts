import { resolve } from "node:path";
import type { Call } from "../call.ts";
import type { SkillsFolder } from "../installed/index.ts";
import type { Journal } from "../journal/index.ts";
import { keepHead } from "./head.ts";
import type { Home } from "./home.ts";

/** Runs `action` with journals that are opened for writing at their first use, each once, and closed at the end; their heads are kept (spec 5.3). */
export async function withJournals<Result>(
  home: Home,
  folder: SkillsFolder,
  action: (journal: (file: string) => Promise<Journal>) => Promise<Result>,
  call?: Pick<Call, "warn">,
): Promise<Result> {
  const open = new Map<string, Promise<Journal>>();
  try {
    const result = await action((file) => {
      const path = resolve(file);
      const journal = open.get(path) ?? home.openJournal(path, { create: true, auditFile: folder.audit });
      open.set(path, journal);
      return journal;
    });
    if (call !== undefined) for (const journal of open.values()) await keepHead(await journal, call);
    return result;
  } finally {
    for (const journal of open.values())
      await journal.then(
        (each) => each.close(),
        () => {},
      );
  }
}
