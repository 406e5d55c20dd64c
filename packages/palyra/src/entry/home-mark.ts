import { fileMark } from "../files/index.ts";
import { readIndex, skillsFolder } from "../installed/index.ts";
import type { Places } from "../lifecycle/home.ts";
import type { Settings } from "../settings.ts";

/** Artifacts that one look looks at: of a few skills all of them, of ten thousand each every half minute. */
const ARTIFACTS_A_LOOK = 64;

interface SeenArtifact {
  readonly file: string;
  /** Absent until the first look. */
  mark?: string;
}

/** The files on which it rests what may run, looked at time and again. */
export class HomeMark {
  readonly #skillsRoot: string;
  readonly #files: readonly string[];
  #artifacts: readonly SeenArtifact[] = [];
  /** As the index looked when it was read for them. */
  #indexMark: string | undefined;
  #next = 0;
  #swaps = 0;

  constructor(
    { skillsRoot, journal, trustStore }: Places,
    {
      auditPolicy,
      vulnerabilityStatements,
      vulnerabilityFeed,
    }: Pick<Settings, "auditPolicy" | "vulnerabilityStatements" | "vulnerabilityFeed">,
  ) {
    const { index, pending, passed } = skillsFolder(skillsRoot);
    this.#skillsRoot = skillsRoot;
    const named = [auditPolicy, vulnerabilityStatements, vulnerabilityFeed].flatMap(({ value = [] }) => value);
    this.#files = [index, pending, passed, journal, `${journal}-wal`, trustStore, ...named];
  }

  /** `WatchPorts.mark`: another text once any of them was written. */
  look(): string {
    const marks = this.#files.map(lookOf);
    const [indexMark] = marks;
    if (indexMark !== this.#indexMark) {
      this.#indexMark = indexMark;
      void this.#readArtifacts();
    }
    this.#lookAtArtifacts();
    return [...marks, this.#swaps].join("\n");
  }

  #lookAtArtifacts(): void {
    for (let left = Math.min(ARTIFACTS_A_LOOK, this.#artifacts.length); left > 0; left -= 1) {
      const artifact = this.#artifacts[this.#next % this.#artifacts.length];
      this.#next = (this.#next + 1) % this.#artifacts.length;
      if (artifact === undefined) continue;
      const mark = lookOf(artifact.file);
      if (artifact.mark !== undefined && artifact.mark !== mark) this.#swaps += 1;
      artifact.mark = mark;
    }
  }

  async #readArtifacts(): Promise<void> {
    const seen = new Map(this.#artifacts.map((artifact) => [artifact.file, artifact]));
    const { artifact } = skillsFolder(this.#skillsRoot);
    // Whoever asks for the list is told what is wrong with an index that cannot be read; there is another look once it is another.
    const { entries } = await readIndex(this.#skillsRoot).catch(() => ({ entries: [] }));
    this.#artifacts = entries
      .filter(({ current }) => current)
      .map(({ skill_id, version }) => artifact(skill_id, version))
      .map((file) => seen.get(file) ?? { file });
  }
}

/** What cannot be looked at is no news each time. */
const lookOf = (file: string): string => fileMark(file, "unknown") ?? "";
