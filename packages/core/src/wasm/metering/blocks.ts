/**
 * The open blocks of a body, and whether what comes next can be reached, as wasmtime finds it: only from what is written, never from
 * values. Operators that cannot be reached cost nothing, so a block more or less that counts as reached would be another total.
 */
export class Blocks {
  #flags = new Uint8Array(256);
  depth = 0;
  reachable = true;

  /** The function itself is the outermost block. */
  begin(): void {
    this.depth = 0;
    this.reachable = true;
    this.#flags[0] = Flag.reached;
  }

  open(kind: "block" | "loop" | "if"): void {
    this.depth += 1;
    if (this.depth === this.#flags.length) this.#grow();
    const flag = kind === "loop" ? Flag.loop : kind === "if" ? Flag.if : 0;
    this.#flags[this.depth] = flag | (this.reachable ? Flag.reached : 0);
  }

  /** A branch that can be taken leaves the blocks within that one. The start of a loop is no end. */
  branch(up: number): void {
    const target = this.depth - up;
    this.#flags[target] = (this.#flags[target] ?? 0) | Flag.branched;
  }

  /** False where there is no `if` to belong to. */
  else(): boolean {
    const flags = this.#flags[this.depth] ?? 0;
    if ((flags & Flag.if) === 0 || (flags & Flag.else) !== 0) return false;
    this.#flags[this.depth] = flags | Flag.else | (this.reachable ? Flag.consequentEnds : 0);
    this.reachable = (flags & Flag.reached) !== 0;
    return true;
  }

  /** Whether the end of the innermost block can be come to another way than from the instruction before it. */
  get joins(): boolean {
    return ((this.#flags[this.depth] ?? 0) & (Flag.if | Flag.branched)) !== 0 && !this.#isLoop;
  }

  end(): void {
    const flags = this.#flags[this.depth] ?? 0;
    if (!this.reachable) {
      const branched = !this.#isLoop && (flags & Flag.branched) !== 0;
      const withoutElse = (flags & (Flag.if | Flag.else)) === Flag.if;
      const past =
        (flags & Flag.if) !== 0 && (flags & Flag.reached) !== 0 && (withoutElse || (flags & Flag.consequentEnds) !== 0);
      this.reachable = branched || past;
    }
    this.depth -= 1;
  }

  get #isLoop(): boolean {
    return ((this.#flags[this.depth] ?? 0) & Flag.loop) !== 0;
  }

  /** Each open block took two bytes of the body. */
  #grow(): void {
    const flags = new Uint8Array(this.#flags.length * 2);
    flags.set(this.#flags);
    this.#flags = flags;
  }
}

const Flag = {
  loop: 1,
  if: 2,
  else: 4,
  /** Its beginning can be reached. */
  reached: 8,
  /** Something that can be reached branches to its end, or to a loop's start. */
  branched: 16,
  /** The end of what an `if` does first can be reached. */
  consequentEnds: 32,
} as const;
