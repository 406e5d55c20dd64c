import type { InstalledEntry } from "../installed/index.ts";

/** Artifacts of which the names are kept; some hundred bytes each. */
const MOST_KEPT = 20_000;

/**
 * Which tools an artifact has, by its digest, once that is known: of a thousand skills one or two are opened again to find the owner of a name.
 * It says which need not be opened, and nothing of any that is.
 */
export class ToolNames {
  readonly #nameForModel: (toolId: string) => string;
  readonly #known = new Map<string, ReadonlySet<string>>();

  /** @param nameForModel what a tool id becomes where a model's API takes no dots (T27) */
  constructor(nameForModel: (toolId: string) => string) {
    this.#nameForModel = nameForModel;
  }

  note(entry: InstalledEntry, toolIds: readonly string[]): void {
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(entry.artifact_sha256, new Set(toolIds.map(this.#nameForModel)));
  }

  /** That tool, or one that becomes one name with it. */
  mayHave(entry: InstalledEntry, toolId: string): boolean {
    return this.#known.get(entry.artifact_sha256)?.has(this.#nameForModel(toolId)) ?? true;
  }
}
