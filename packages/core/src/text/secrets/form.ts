import { type Extract, looksRandom } from "./characters.ts";

/** Where a secret lies. */
export interface Extent {
  readonly start: number;
  readonly end: number;
  /** A secret that a documentation prints for everybody. */
  readonly example?: boolean;
  /** What may be shown of it; else its first four characters. */
  readonly shown?: string;
}

/** A kind of secret: what announces it, and what has to stand around that. */
export interface Form {
  /** snake_case, stable. */
  readonly code: string;
  /** `a GitHub token`. */
  readonly called: string;
  readonly needles: readonly string[];
  /** Its form leaves no doubt; else it is for a person to judge. */
  readonly certain: boolean;
  /** The secret that a needle between the two places belongs to. Looks at a bounded number of bytes. */
  readonly read: (extract: Extract, start: number, end: number) => Extent | undefined;
}

export interface TokenForm {
  readonly code: string;
  readonly called: string;
  readonly prefixes: readonly string[];
  /** Of what follows the prefix. */
  readonly set: number;
  readonly length: number | readonly [least: number, most: number];
  /** Not certain: for a person. */
  readonly doubtful?: true;
  /** What must not stand right before the prefix, or behind the token: a set. */
  readonly apart?: number;
  /** What else must hold of what follows the prefix. */
  readonly check?: (secret: string) => boolean;
}

/** A token: a prefix that its issuer chose to be found by, and so many characters that look drawn by chance. */
export function token({ code, called, prefixes, set, length, doubtful, apart = 0, check }: TokenForm): Form {
  const [least, most] = typeof length === "number" ? [length, length] : length;
  return {
    code,
    called,
    needles: prefixes,
    certain: doubtful !== true,
    read: (extract, start, end) => {
      const last = extract.run(end, set, most);
      if (last - end < least) return undefined;
      if (apart !== 0 && (extract.run(start - 1, apart, 1) >= start || extract.run(last, apart, 1) > last)) return undefined;
      const secret = extract.text(end, last);
      return looksRandom(secret) && (check?.(secret) ?? true) ? { start, end: last } : undefined;
    },
  };
}
