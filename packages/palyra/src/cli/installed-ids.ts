import { readIndex } from "../installed/index.ts";
import type { Host } from "./host.ts";

/** Ids of what is installed where the words say, each once, ascending; none where that cannot be read: nobody asked for an error. */
export async function installedIds(words: readonly string[], host: Host): Promise<readonly string[]> {
  const given = (option: string): string | undefined => (words.includes(option) ? words[words.indexOf(option) + 1] : undefined);
  try {
    const { home } = host.compose({ stateRoot: given("--state-root"), skillsDir: given("--skills-dir") });
    const { entries } = await readIndex(home.places.skillsRoot);
    return [...new Set(entries.map(({ skill_id }) => skill_id))].toSorted();
  } catch {
    return [];
  }
}
