import { type Counts, countsOf, findingsOf, measure, measureAttacks, readSamples, readShared, type Sample } from "./measure.ts";

const START = "<!-- measured: npm run texts -- --write -->";
const END = "<!-- /measured -->";

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const row = (...cells: (string | number)[]): string => `| ${cells.join(" | ")} |`;

/** What docs/tool-texts.md says between its two marks. `folder`: the public corpus, where it is. */
export function tables(root: string, folder: string | undefined): string {
  return [
    ...ofParts(root),
    "",
    ...ofAttacks(root),
    "",
    ...ofCodes(root),
    ...(folder === undefined ? [] : ["", ...ofShared(folder)]),
    "",
  ].join("\n");
}

export function withTables(page: string, found: string): string {
  const [before = "", rest = ""] = page.split(START);
  return `${before}${START}\n\n${found}\n${END}${rest.split(END)[1] ?? ""}`;
}

/** The tables that a page holds, without the public corpus, which is not beside every checkout. */
export const tablesIn = (page: string): string => (page.split(START)[1] ?? "").split(END)[0] ?? "";

function ofParts(root: string): readonly string[] {
  const parts = measure(root).map(({ name, harmless, hostile, precision, recallAtFail, recall }) =>
    row(
      name,
      harmless.count,
      harmless.fail,
      harmless.warn,
      hostile.count,
      hostile.fail,
      hostile.warn,
      percent(precision),
      percent(recallAtFail),
      percent(recall),
    ),
  );
  return [
    "| part | harmless | of them fail | warn | hostile | of them fail | warn | precision at fail | recall at fail | recall |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...parts,
  ];
}

function ofAttacks(root: string): readonly string[] {
  const rows = [...measureAttacks(readSamples(root, "hostile"))].map(([attack, { count, fail, warn }]) =>
    row(attack, count, fail, warn, percent((fail + warn) / count)),
  );
  return ["| attack | texts | fail | warn | recall |", "| --- | --- | --- | --- | --- |", ...rows];
}

/** Which kinds of findings fail, and in how many texts of each side. */
function ofCodes(root: string): readonly string[] {
  const of = (samples: readonly Sample[]): ReadonlyMap<string, number> => {
    const texts = new Map<string, number>();
    for (const sample of samples) {
      const codes = new Set(findingsOf(sample).flatMap(({ code, status }) => (status === "fail" ? [code] : [])));
      for (const code of codes) texts.set(code, (texts.get(code) ?? 0) + 1);
    }
    return texts;
  };
  const [hostile, harmless] = [of(readSamples(root, "hostile")), of(readSamples(root, "harmless"))];
  const codes = [...new Set([...hostile.keys(), ...harmless.keys()])].toSorted();
  return [
    "| finding that fails | in hostile texts | in harmless texts |",
    "| --- | --- | --- |",
    ...codes.map((code) => row(`\`${code}\``, hostile.get(code) ?? 0, harmless.get(code) ?? 0)),
  ];
}

function ofShared(folder: string): readonly string[] {
  const { harmless, hostile } = readShared(folder);
  const said = harmless.map((tool) => countsOf(tool));
  const failing = said.filter(({ fail }) => fail > 0).length;
  const warned = said.filter(({ fail, warn }: Counts) => fail === 0 && warn > 0).length;
  const found = countsOf(hostile);
  return [
    "| public texts | texts | fail | warn |",
    "| --- | --- | --- | --- |",
    row("tools of real servers", harmless.length, failing, warned),
    row("attacks, most of them a user's words", found.count, found.fail, found.warn),
  ];
}
