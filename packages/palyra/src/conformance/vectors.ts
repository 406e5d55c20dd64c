/** Finding vectors: a folder has one folder an area, each with an `expected.json` (the format is in its README). */
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { JsonFault, type JsonObject, parseJson, toValue } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { ifThere, io, readBounded } from "../files/index.ts";
import type { Area, Case } from "./areas/area.ts";
import { artifactArea } from "./areas/artifact.ts";
import { auditArea } from "./areas/audit.ts";
import { buildArea } from "./areas/build.ts";
import { fuelArea } from "./areas/fuel.ts";
import { keysArea } from "./areas/keys.ts";
import { manifestArea } from "./areas/manifest.ts";
import { sandboxArea } from "./areas/sandbox.ts";
import { trustArea } from "./areas/trust.ts";
import { asObject } from "./compare.ts";

const AREAS: ReadonlyMap<string, Area> = new Map([
  ["manifest", manifestArea],
  ["artifact", artifactArea],
  ["audit", auditArea],
  ["trust", trustArea],
  ["keys", keysArea],
  ["build", buildArea],
  ["fuel", fuelArea],
  ["sandbox", sandboxArea],
]);
/** Bytes of one `expected.json`. */
const MAX_EXPECTED_BYTES = 64 * 1024 * 1024;

/** The vectors that come with this package; `src` and `dist` lie at the same depth beside them. */
export const OWN_VECTORS = fileURLToPath(new URL("../../vectors", import.meta.url));

/** All cases of a folder. `Usage`: it has no vectors, or they are not in the format. `Io`. */
export async function loadCases(root: string): Promise<readonly Case[]> {
  const folder = (await ifThere(() => realpath(root))) ?? root;
  const cases: Case[] = [];
  for (const [name, area] of AREAS) {
    const expected = await readExpected(join(folder, name));
    if (expected !== undefined) cases.push(...(await area({ folder: join(folder, name), expected })));
  }
  if (cases.length === 0) throw new PalyraError("Usage", { problem: `there are no vectors in ${root}` });
  return cases;
}

async function readExpected(folder: string): Promise<JsonObject | undefined> {
  const file = join(folder, "expected.json");
  const read = await ifThere(() => io("read", file, () => readBounded(file, MAX_EXPECTED_BYTES)));
  if (read === undefined) return undefined;
  const expected = read.ok ? parsed(read.bytes) : undefined;
  if (expected === undefined) throw new PalyraError("Usage", { problem: `${file} is not a list of vectors` });
  return expected;
}

function parsed(bytes: Uint8Array): JsonObject | undefined {
  try {
    return asObject(toValue(parseJson(bytes)));
  } catch (fault) {
    if (fault instanceof JsonFault) return undefined;
    throw fault;
  }
}
