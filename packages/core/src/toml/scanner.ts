/** Why a text is not TOML, and where. Never leaves this folder. */
export class TomlStop extends Error {
  /** UTF-16 code units. */
  readonly offset: number;
  readonly problem: string;
  readonly allowed: string | undefined;

  constructor(offset: number, problem: string, allowed: string | undefined) {
    super(problem);
    this.offset = offset;
    this.problem = problem;
    this.allowed = allowed;
  }
}

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
const HASH = 0x23;

/**
 * What TOML 1.0 allows nowhere, not even in comments and strings: control characters other than tab and line ends, and a
 * carriage return that ends no line.
 */
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f](?<!\r(?=\n))/;

/** A text and how far it has been read. */
export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Stops at the first character that is allowed nowhere, so that no later step need look for one. */
  refuseForbidden(): void {
    const forbidden = this.text.search(FORBIDDEN);
    if (forbidden !== -1) this.stop(forbidden, "control character", "tabs and line ends; others escaped, in strings");
  }

  /** The code unit here; NaN at the end. */
  peek(): number {
    return this.text.charCodeAt(this.at);
  }

  /** Takes the code unit if it is the one here. */
  take(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  /** Takes what a sticky pattern matches here; empty where nothing does. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    // No `exec`: a string may have millions of pieces, and each would get an array.
    if (!pattern.test(this.text)) return "";
    const start = this.at;
    this.at = pattern.lastIndex;
    return this.text.slice(start, this.at);
  }

  /** Takes all code units here that a table has. For short runs: starting a pattern costs more than most keys are long. */
  takeRun(table: Uint8Array): string {
    const { text, at: start } = this;
    let at = start;
    while (at < text.length && table[text.charCodeAt(at)] === 1) at++;
    this.at = at;
    return text.slice(start, at);
  }

  skipSpace(): void {
    for (let code = this.peek(); code === SPACE || code === TAB; code = this.peek()) this.at++;
  }

  /** White space, line ends and comments: between statements and inside arrays. */
  skipBlank(): void {
    for (let code = this.peek(); ; code = this.peek()) {
      if (code === SPACE || code === TAB || code === LF || code === CR) this.at++;
      else if (code === HASH) this.#skipComment();
      else return;
    }
  }

  /** The rest of a line after a statement. */
  endLine(): void {
    this.skipSpace();
    if (this.peek() === HASH) this.#skipComment();
    if (this.at >= this.text.length || this.take(LF)) return;
    if (this.take(CR)) this.at++;
    else this.stop(this.at, "text after the end of a statement", "one statement a line");
  }

  stop(offset: number, problem: string, allowed?: string): never {
    throw new TomlStop(offset, problem, allowed);
  }

  #skipComment(): void {
    const end = this.text.indexOf("\n", this.at);
    if (end === -1) this.at = this.text.length;
    else this.at = this.text.charCodeAt(end - 1) === CR ? end - 1 : end;
  }
}
