/** Characters of one page: a text keeps to few of them. */
const PAGE = 256;

/**
 * What there is to know of a character, as a number under 0xffff, worked out when it is first asked and kept: at most 2.2 MB for all
 * of Unicode, and texts made of nothing but rare characters cost no more than others (T17).
 */
export function codeTable(workOut: (code: number) => number): (code: number) => number {
  const pages: (Uint16Array | undefined)[] = [];
  return (code) => {
    const page = pages[code >>> 8] ?? new Uint16Array(PAGE);
    pages[code >>> 8] = page;
    const known = page[code & 0xff] ?? 0;
    if (known !== 0) return known - 1;
    const made = workOut(code);
    page[code & 0xff] = made + 1;
    return made;
  };
}
