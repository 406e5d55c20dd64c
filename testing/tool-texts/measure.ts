import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hiddenFindings, instructionFindings } from "palyra-skills/audit";
import type { TextKind } from "palyra-skills/text";

/**
 * How good the rules on words are, measured over the corpus of this project (testing/corpora/tool-texts) and, where it is
 * beside the checkout, over `../shared/corpora/tool-texts`. Texts are data: nobody follows them.
 */
export interface Sample {
  readonly text: string;
  readonly kind: TextKind;
  /** Of hostile ones: what it does. */
  readonly attack?: string;
}

export interface Part {
  readonly name: "development" | "test";
  readonly harmless: Counts;
  readonly hostile: Counts;
  /** Of what `fail` says: how much is hostile. */
  readonly precision: number;
  /** Of hostile texts: how many fail, and how many are told at all. */
  readonly recallAtFail: number;
  readonly recall: number;
}

export interface Counts {
  readonly count: number;
  readonly fail: number;
  /** Those that fail left out. */
  readonly warn: number;
}

const parsed = (line: string): Record<string, unknown> => JSON.parse(line);
const lines = (path: string): readonly Record<string, unknown>[] => readFileSync(path, "utf8").trim().split("\n").map(parsed);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const kindOf = (value: unknown): TextKind => (value === "name" || value === "asset" || value === "manifest" ? value : "tool");

/** `root`: the checkout. */
export function readSamples(root: string, name: "harmless" | "hostile"): readonly Sample[] {
  return lines(join(root, "testing/corpora/tool-texts", `${name}.jsonl`)).map(({ text, kind, attack }) => ({
    text: textOf(text),
    kind: kindOf(kind),
    ...(attack === undefined ? {} : { attack: textOf(attack) }),
  }));
}

/** The public tools and attacks of `../shared`; of a tool its name, its description and the strings of its schema are one. */
export function readShared(folder: string): {
  readonly harmless: readonly (readonly Sample[])[];
  readonly hostile: readonly Sample[];
} {
  const harmless = lines(join(folder, "harmless.jsonl")).map(({ name, description, inputSchema }): readonly Sample[] => [
    { text: textOf(name), kind: "name" },
    { text: textOf(description), kind: "tool" },
    ...stringsOf(inputSchema).map((text): Sample => ({ text, kind: "tool" })),
  ]);
  const hostile = lines(join(folder, "hostile.jsonl")).map(
    ({ text, kind, category }): Sample => ({
      text: textOf(text),
      kind: kind === "skill file" ? "asset" : "tool",
      attack: `${textOf(category)} (${textOf(kind)})`,
    }),
  );
  return { harmless, hostile };
}

function stringsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

/** Three of ten texts are for testing only: which, their digest says. Nobody looks at them when a pattern is written. */
export const isForTesting = (text: string): boolean => (createHash("sha256").update(text).digest()[0] ?? 0) < 77;

export function findingsOf({ text, kind }: Sample) {
  const subject = { texts: [{ text, kind, place: { file: "" } }], manifestText: "", unread: [] };
  return [...hiddenFindings(subject), ...instructionFindings(subject)];
}

export function judged(sample: Sample): "fail" | "warn" | "pass" {
  const found = findingsOf(sample);
  if (found.length === 0) return "pass";
  return found.some(({ status }) => status === "fail") ? "fail" : "warn";
}

export function countsOf(samples: readonly Sample[]): Counts {
  const said = samples.map(judged);
  const of = (status: string): number => said.filter((each) => each === status).length;
  return { count: samples.length, fail: of("fail"), warn: of("warn") };
}

export function measure(root: string): readonly Part[] {
  const [harmless, hostile] = [readSamples(root, "harmless"), readSamples(root, "hostile")];
  return (["development", "test"] as const).map((name) => {
    const of = (samples: readonly Sample[]): Counts =>
      countsOf(samples.filter(({ text }) => isForTesting(text) === (name === "test")));
    const [good, bad] = [of(harmless), of(hostile)];
    return {
      name,
      harmless: good,
      hostile: bad,
      precision: bad.fail / (bad.fail + good.fail),
      recallAtFail: bad.fail / bad.count,
      recall: (bad.fail + bad.warn) / bad.count,
    };
  });
}

/** By what the hostile texts do. */
export function measureAttacks(samples: readonly Sample[]): ReadonlyMap<string, Counts> {
  const kinds = [...new Set(samples.map(({ attack = "" }) => attack))].toSorted();
  return new Map(kinds.map((kind) => [kind, countsOf(samples.filter(({ attack }) => attack === kind))]));
}
