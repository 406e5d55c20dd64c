/** The kit of spec 12: feeds every vector to an implementation, and says where it differs. */
import type { JsonValue } from "palyra-skills/encoding";
import type { ConformanceArea, ConformanceDifference, ConformanceReport, ConformanceRequest } from "../operations/services.ts";
import type { Ask, Case } from "./areas/area.ts";
import { isList, type Mismatch, mismatch } from "./compare.ts";
import { DEVIATIONS } from "./deviations.ts";
import { NoAnswer, Peer } from "./peer.ts";
import { loadCases, OWN_VECTORS } from "./vectors.ts";

/** Mismatches of one case that are told. */
const MAX_TOLD = 4;

/** `Usage` where a folder has no vectors, `Io` where the command cannot be started. The command's own stderr goes where ours goes. */
export async function runConformance(request: ConformanceRequest, ownVectors: string = OWN_VECTORS): Promise<ConformanceReport> {
  const cases = (await Promise.all([ownVectors, ...request.vectors].map(loadCases))).flat();
  const peer = new Peer(request.command);
  try {
    await peer.started();
    return await tryCases(cases, (op, body) => peer.ask(op, body));
  } finally {
    await peer.close();
  }
}

/** Tries every case, one after another. */
export async function tryCases(cases: readonly Case[], ask: Ask): Promise<ConformanceReport> {
  const ops = await supportedOps(ask);
  const areas = new Map<string, Tally>();
  for (const each of cases) {
    const tally = areas.get(each.area) ?? { agreed: 0, notCovered: 0, differences: [] };
    areas.set(each.area, tally);
    if (!each.ops.some((op) => ops.has(op))) tally.notCovered += 1;
    else {
      const found = await tryCase(each, ask, (op) => ops.has(op));
      if (found.length === 0) tally.agreed += 1;
      else tally.differences.push(differenceOf(each, found));
    }
  }
  return reportOf(areas);
}

interface Tally {
  agreed: number;
  notCovered: number;
  readonly differences: ConformanceDifference[];
}

async function supportedOps(ask: Ask): Promise<ReadonlySet<JsonValue>> {
  try {
    const { ops } = await ask("capabilities", {});
    return new Set(isList(ops) ? ops : []);
  } catch (error) {
    // Every case then says so: nothing passes that was not asked.
    if (error instanceof NoAnswer) return ALL_OPS;
    throw error;
  }
}

const ALL_OPS: ReadonlySet<JsonValue> = new Set([
  "manifest",
  "inspect",
  "verify",
  "audit",
  "build",
  "trust",
  "key",
  "archive",
  "fuel",
  "sandbox",
]);

async function tryCase(each: Case, ask: Ask, has: (op: string) => boolean): Promise<readonly Mismatch[]> {
  try {
    return await each.check(ask, has);
  } catch (error) {
    if (error instanceof NoAnswer) return [mismatch("", "an answer", `none: ${error.message}`)];
    throw error;
  }
}

const KNOWN: ReadonlySet<string> = new Set(DEVIATIONS.map(({ vector }) => vector));

function differenceOf({ area, name }: Case, found: readonly Mismatch[]): ConformanceDifference {
  const told = found.slice(0, MAX_TOLD);
  const say = (side: "expected" | "actual"): string => {
    const lines = told.map((each) => (each.at === "" ? each[side] : `${each.at} = ${each[side]}`));
    return [...lines, ...(found.length > told.length ? [`(and ${found.length - told.length} more)`] : [])].join("; ");
  };
  return { case: name, expected: say("expected"), actual: say("actual"), known: KNOWN.has(`${area}/${name}`) };
}

function reportOf(areas: ReadonlyMap<string, Tally>): ConformanceReport {
  const list = [...areas].map(([area, { agreed, notCovered, differences }]) => ({
    area,
    agreed,
    not_covered: notCovered,
    differences,
  }));
  const sum = (count: (area: ConformanceArea) => number): number => list.reduce((total, area) => total + count(area), 0);
  return {
    areas: list,
    agreed: sum((area) => area.agreed),
    differed: sum((area) => area.differences.length),
    not_covered: sum((area) => area.not_covered),
  };
}
