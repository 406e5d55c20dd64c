import { codeTable } from "./code-table.ts";
import { SCRIPT_NAMES, SCRIPT_RANGES } from "./tables.ts";

/** A script by its name in Unicode's Scripts.txt; `Unknown` where no character is assigned. */
export type Script = string;

interface Table {
  readonly names: readonly Script[];
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
  /** Indices into `names`. */
  readonly scripts: Uint8Array;
}

let table: Table | undefined;

/** The script of a character (UAX 24). Unpacked when it is first asked. */
export function scriptOf(code: number): Script {
  if (code < 0) return UNKNOWN;
  const script = scriptNumber(code);
  return script === NONE ? UNKNOWN : (table?.names[script] ?? UNKNOWN);
}

const UNKNOWN: Script = "Unknown";
const NONE = 0xff;

const scriptNumber = codeTable((code) => {
  table ??= unpack();
  const { firsts, lasts, scripts } = table;
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (code < (firsts[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  const found = low - 1;
  return found >= 0 && code <= (lasts[found] ?? 0) ? (scripts[found] ?? NONE) : NONE;
});

function unpack(): Table {
  const ranges = SCRIPT_RANGES.trim().split(" ");
  const [firsts, lasts, scripts] = [
    new Uint32Array(ranges.length),
    new Uint32Array(ranges.length),
    new Uint8Array(ranges.length),
  ];
  let end = 0;
  ranges.forEach((range, index) => {
    const [gap = 0, length = 0, script = 0] = range.split(",").map((field) => Number.parseInt(field, 36));
    firsts[index] = end + gap;
    end += gap + length;
    lasts[index] = end - 1;
    scripts[index] = script;
  });
  return { names: SCRIPT_NAMES.trim().split(" "), firsts, lasts, scripts };
}

const RIGHT_TO_LEFT: ReadonlySet<Script> = new Set(
  (
    "Adlam Arabic Garay Hanifi_Rohingya Hebrew Imperial_Aramaic Mandaic Manichaean Mende_Kikakui Nko Old_South_Arabian " +
    "Samaritan Sogdian Syriac Thaana Yezidi"
  ).split(" "),
);
/** Where a joiner or a non-joiner changes how letters are written. */
const JOINING: ReadonlySet<Script> = new Set([
  ..."Arabic Syriac Mandaic Mongolian Nko Adlam Hanifi_Rohingya Sogdian Phags_Pa".split(" "),
  ..."Bengali Devanagari Gujarati Gurmukhi Kannada Malayalam Oriya Sinhala Tamil Telugu Khmer Myanmar Tibetan".split(" "),
  ..."Balinese Javanese Grantha Newa Tirhuta Sharada Chakma Meetei_Mayek Kaithi Modi Nandinagari Lao Thai Tai_Tham".split(" "),
]);
/** Written without spaces: a zero-width one shows where a line may break. */
const SPACELESS: ReadonlySet<Script> = new Set(
  "Thai Lao Khmer Myanmar Tibetan Han Hiragana Katakana Hangul Javanese Balinese Tai_Le Tai_Tham New_Tai_Lue".split(" "),
);

export const isRightToLeft = (code: number): boolean => code > 0x58f && RIGHT_TO_LEFT.has(scriptOf(code));
export const isJoining = (code: number): boolean => code > 0x5ff && JOINING.has(scriptOf(code));
export const isSpaceless = (code: number): boolean => code > 0xdff && SPACELESS.has(scriptOf(code));
