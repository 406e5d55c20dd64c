/** What a terminal can show: colours by what they mean, and how much of a line. Without colour each gives the text back as it is. */
export interface Paint {
  /** Columns of the window; infinite where there is none. */
  readonly columns: number;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
  /** A line that names commands to be typed: at the state root that was typed. */
  command(text: string): string;
}

/** What a text can be painted as. */
export type Colour = Exclude<keyof Paint, "columns">;

const SGR = { good: 32, warning: 33, bad: 31, strong: 1, faint: 2 } as const;

const painted = (code: number) => (text: string) => (text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`);

export const colours: Paint = {
  columns: Number.POSITIVE_INFINITY,
  good: painted(SGR.good),
  warning: painted(SGR.warning),
  bad: painted(SGR.bad),
  strong: painted(SGR.strong),
  faint: painted(SGR.faint),
  command: (text) => text,
};

const asItIs = (text: string): string => text;

export const plain: Paint = {
  columns: Number.POSITIVE_INFINITY,
  good: asItIs,
  warning: asItIs,
  bad: asItIs,
  strong: asItIs,
  faint: asItIs,
  command: asItIs,
};
