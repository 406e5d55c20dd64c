import { fileMark } from "../files/index.ts";
import type { InstalledEntry } from "./entry.ts";
import type { InstalledIndex } from "./installed-index.ts";
import { skillsFolder } from "./layout.ts";
import { ownText } from "./own-text.ts";
import { readIndex } from "./read.ts";

/**
 * The index for a process that is asked for it again and again: parsed anew when the file is another one. Writers replace it as a whole
 * (spec 5.2), and who writes in place changes its times; each read looks.
 */
export class KeptIndex {
  readonly #skillsRoot: string;
  #known: { readonly mark: string; readonly index: InstalledIndex } | undefined;

  constructor(skillsRoot: string) {
    this.#skillsRoot = skillsRoot;
  }

  /** As `readIndex`: `IndexInvalid`, `Io`. */
  async read(): Promise<InstalledIndex> {
    // Before the content: what changes meanwhile makes the next read look again.
    const mark = fileMark(skillsFolder(this.#skillsRoot).index);
    if (mark !== undefined && this.#known?.mark === mark) return this.#known.index;
    this.#known = undefined;
    const index = withOwnTexts(await readIndex(this.#skillsRoot));
    if (mark !== undefined) this.#known = { mark, index };
    return index;
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
