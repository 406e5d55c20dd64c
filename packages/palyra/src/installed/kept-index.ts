import { Kept } from "../files/index.ts";
import type { InstalledEntry } from "./entry.ts";
import type { InstalledIndex } from "./installed-index.ts";
import { skillsFolder } from "./layout.ts";
import { ownText } from "./own-text.ts";
import { readIndex } from "./read.ts";

/** The index for a process that is asked for it again and again: parsed anew when the file is another one. The same object while it is the same. */
export class KeptIndex {
  readonly #skillsRoot: string;
  readonly #files: readonly string[];
  readonly #kept = new Kept<Promise<InstalledIndex>>();

  constructor(skillsRoot: string) {
    this.#skillsRoot = skillsRoot;
    this.#files = [skillsFolder(skillsRoot).index];
  }

  /** As `readIndex`: `IndexInvalid`, `Io`. */
  read(): Promise<InstalledIndex> {
    return this.#kept.get(this.#files, "", async () => withOwnTexts(await readIndex(this.#skillsRoot)));
  }
}

/** Else each record keeps the whole text that it was read from, for as long as it is kept: with 10,000 of them 6 MB on each thread. */
function withOwnTexts({ updatedAt, entries }: InstalledIndex): InstalledIndex {
  // What many records have in common is there once.
  const shared = new Map<string, string>();
  const share = (text: string): string => {
    const known = shared.get(text);
    if (known !== undefined) return known;
    const own = ownText(text);
    shared.set(own, own);
    return own;
  };
  const owned = (entry: InstalledEntry): InstalledEntry => ({
    ...entry,
    skill_id: ownText(entry.skill_id),
    version: share(entry.version),
    publisher: share(entry.publisher),
    artifact_sha256: ownText(entry.artifact_sha256),
    payload_sha256: ownText(entry.payload_sha256),
    signature_key_id: share(entry.signature_key_id),
    source: { kind: entry.source.kind, reference: ownText(entry.source.reference) },
    missing_secrets: entry.missing_secrets.map(({ scope, key }) => ({ scope: share(scope), key: share(key) })),
  });
  return { updatedAt, entries: entries.map(owned) };
}
