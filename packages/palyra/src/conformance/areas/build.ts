/** `build/`: what a writer is given; op `build`, and `archive` to look into what it made. Both layouts have the same verdicts. */
import { LAYOUTS, type LayoutName } from "palyra-skills/archive";
import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import { asObject, compareValue, compareVerdict, isList, type Mismatch, member, textOf } from "../compare.ts";
import { type Area, type Ask, of } from "./area.ts";

/** Any key will do. */
const KEY = "07".repeat(32);
const SIGNED_AT_UNIX_MS = 1_767_225_600_000;

export const buildArea: Area = ({ expected }) =>
  Object.entries(expected).map(([name, value]) => ({
    area: "build",
    name,
    ops: ["build"],
    check: (ask, has) => tryLayouts(asObject(value) ?? {}, ask, has),
  }));

async function tryLayouts(vector: JsonObject, ask: Ask, has: (op: string) => boolean): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  const request = requestOf(vector);
  for (const layout of isLarge(vector) ? (["flat"] as const) : (["flat", "namespaced"] as const)) {
    const answer = await ask("build", { ...request, layout });
    found.push(...of(`build (${layout})`, compareVerdict(vector, answer)));
    const bytes = answer["bytes"];
    if (answer["ok"] !== true || !has("archive") || bytes === undefined) continue;
    found.push(...of(`build (${layout})`, compareBuilt(vector, layout, await ask("archive", { bytes }))));
  }
  return found;
}

/** The cases about size hold for one layout as for the other, and take long. */
function isLarge(vector: JsonObject): boolean {
  const assets = member(vector, "assets");
  return isList(assets) && assets.some((asset) => member(asObject(asset), "zeros") !== undefined);
}

function requestOf(vector: JsonObject): JsonObject {
  const documents = ["toml", "sbom", "provenance"].map((key) => [key, member(vector, key)]);
  return {
    ...Object.fromEntries(documents.filter(([, value]) => value !== undefined)),
    modules: filesOf(member(vector, "modules")),
    assets: filesOf(member(vector, "assets")),
    key: KEY,
    signed_at_unix_ms: SIGNED_AT_UNIX_MS,
  };
}

function filesOf(list: JsonValue | undefined): JsonValue {
  return (isList(list) ? list : []).flatMap((item) => {
    const file = asObject(item);
    const path = textOf(member(file, "path"));
    if (path === undefined) return [];
    const zeros = member(file, "zeros");
    const bytes = zeros === undefined ? member(file, "base64") : Buffer.alloc(Number(zeros)).toString("base64");
    return [{ path, bytes: bytes ?? "" }];
  });
}

/** Paths, and digests where the vector has one: the manifest's and the signature's bytes are the writer's own business. */
function compareBuilt(vector: JsonObject, layout: LayoutName, archive: JsonObject): readonly Mismatch[] {
  const expected = entriesOf(member(vector, "entries")).map(({ path, sha256 }) => ({ path: inLayout(path, layout), sha256 }));
  const actual = new Map(entriesOf(archive["entries"]).map(({ path, sha256 }) => [path, sha256]));
  const paths = expected.map(({ path }) => path).sort();
  return [
    ...compareValue(paths, [...actual.keys()].sort(), "entries"),
    ...expected.flatMap(({ path, sha256 }) =>
      sha256 === undefined ? [] : compareValue(sha256, actual.get(path), `entries ${path}`),
    ),
  ];
}

function entriesOf(list: JsonValue | undefined): readonly { readonly path: string; readonly sha256: string | undefined }[] {
  return (isList(list) ? list : []).map((item) => {
    const entry = asObject(item);
    return { path: textOf(member(entry, "path")) ?? "", sha256: textOf(member(entry, "sha256")) };
  });
}

/** The vectors name the flat layout's paths. */
function inLayout(path: string, layout: LayoutName): string {
  const { flat } = LAYOUTS;
  const place = (["sbom", "provenance", "signature"] as const).find((each) => flat[each] === path);
  return place === undefined ? path : LAYOUTS[layout][place];
}
