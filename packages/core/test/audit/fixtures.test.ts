import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ADDITIONAL_RULES, type AuditReport, type FeedSource, type ParameterValues, type Update } from "../../src/audit/index.ts";
import { diffConsent } from "../../src/diff/index.ts";
import { encodeUtf8, toHex } from "../../src/encoding/index.ts";
import { type Platform, webPlatform } from "../../src/platform/index.ts";
import { keysOf, preAuthEncoding, readOsvRecord } from "../../src/supplychain/index.ts";
import { nodePlatform } from "../platforms.ts";
import { costlyModule } from "./costly.ts";
import { type AuditParts, audit, type SkillParts, trustedSkill } from "./skills.ts";
import { assemble } from "./wat.ts";

/**
 * `fixtures/<check_id>/<status>--<what it is>`: what the check must say of it. `.toml` is part of a manifest, `.wat` a module.
 * In a `.wat`, `;;! ` goes before a line of manifest, `;;# ` before the path of the next module, and `;;@ ` before the name of
 * an engine. A `.sbom.json` or `.provenance.json` is that document of an artifact with the module `modules/echo.wasm`, whose digest is written
 * `{{modules/echo.wasm}}` there. A `.toml` with a line `# ---` is an update: above it is what the installed version has, below it the new one.
 * An `.attested.json` has `statements`, each of which an asset of that name signs, and the `parameters` of its rule, where `{{key}}` is who signed.
 * A `.locked.json` has an `sbom` and `assets`, each file as its lines.
 * Components are looked up in `fixtures-feed.jsonl`, a record a line.
 */
const folder = fileURLToPath(new URL("fixtures", import.meta.url));

interface Fixture {
  readonly name: string;
  readonly status: string;
  readonly load: () => Promise<{
    readonly parts: SkillParts;
    readonly platform: Platform;
    readonly update?: Update;
    readonly policy?: NonNullable<AuditParts["policy"]>;
  }>;
}

/** Too large to lie in a file: so many nested blocks over so many locals. */
const GENERATED: Readonly<Record<string, readonly (readonly [name: string, locals: number, blocks: number])[]>> = {
  wasm_compile_cost: [
    ["fail--blocks-over-50000-locals", 50_000, 400],
    ["pass--blocks-over-500-locals", 500, 400],
    ["pass--50000-locals-without-blocks", 50_000, 0],
  ],
};

const ENGINES: Readonly<Record<string, Platform>> = {
  "an engine without features": { ...webPlatform, validateModule: () => Promise.resolve(false), engine: "Node 0.12" },
};

const statusOf = (name: string): string => name.slice(0, name.indexOf("--"));

const ofFile = (path: string): Fixture => ({
  name: basename(path, extname(path)),
  status: statusOf(basename(path)),
  load: async () => {
    const text = readFileSync(path, "utf8");
    const paper = /\.(sbom|provenance)\.json$/.exec(path)?.[1];
    if (paper !== undefined) return { parts: await withPaper(paper, text), platform: webPlatform };
    if (path.endsWith(".attested.json")) return attested(text);
    if (path.endsWith(".locked.json")) return { parts: await withLocks(text), platform: webPlatform };
    if (path.endsWith(".toml") && text.includes(UPDATE)) return asUpdate(text);
    const isManifest = extname(path) === ".toml";
    const lines = text.split("\n");
    const after = (prefix: string) => lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
    const toml = isManifest ? lines : after(";;! ");
    const platform = ENGINES[after(";;@ ")[0] ?? ""] ?? webPlatform;
    const modules = isManifest ? { "echo.wasm": await assemble('(module (func (export "_start")))') } : await modulesOf(text);
    return { parts: { ...manifestParts(toml), modules }, platform };
  },
});

const UPDATE = "\n# ---\n";

async function asUpdate(text: string): ReturnType<Fixture["load"]> {
  const modules = { "echo.wasm": await assemble('(module (func (export "_start")))') };
  const [before = "", after = ""] = text.split(UPDATE);
  const [old, parts] = [before, after].map((part) => ({ ...manifestParts(part.split("\n")), modules }));
  if (old === undefined || parts === undefined) throw new TypeError("no update");
  const [was, is] = [await trustedSkill(old), await trustedSkill(parts)];
  const { changes } = diffConsent(was.artifact.manifest, is.artifact.manifest);
  return { parts, platform: webPlatform, update: { from: "0.9.0", known: true, changes } };
}

async function withPaper(paper: string, text: string): Promise<SkillParts> {
  const module = await assemble('(module (func (export "_start")))');
  const digest = toHex(webPlatform.sha256().update(module).digest());
  return { modules: { "echo.wasm": module }, [paper]: text.replaceAll("{{modules/echo.wasm}}", digest) };
}

/** Signed here and now, by a key that is the same in each run. */
async function attested(text: string): ReturnType<Fixture["load"]> {
  const seed = new Uint8Array(32).fill(9);
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), await nodePlatform.ed25519.publicKey(seed)]);
  const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString("base64")}\n-----END PUBLIC KEY-----\n`;
  const module = await assemble('(module (func (export "_start")))');
  const digest = toHex(webPlatform.sha256().update(module).digest());
  const written = text.replaceAll("{{modules/echo.wasm}}", digest).replaceAll("{{key}}", pem.replaceAll("\n", "\\n"));
  const { statements, parameters }: { statements: Record<string, object>; parameters: ParameterValues[string] } =
    JSON.parse(written);
  const payloadType = "application/vnd.in-toto+json";
  const sign = async ([name, statement]: readonly [string, object]) => {
    const payload = encodeUtf8(JSON.stringify(statement));
    const sig = Buffer.from(await nodePlatform.ed25519.sign(seed, preAuthEncoding(payloadType, payload))).toString("base64");
    const envelope = { payloadType, payload: Buffer.from(payload).toString("base64"), signatures: [{ sig }] };
    return [name, encodeUtf8(JSON.stringify(envelope))] as const;
  };
  const assets = Object.fromEntries(await Promise.all(Object.entries(statements).map(sign)));
  return {
    parts: { modules: { "echo.wasm": module }, assets },
    platform: nodePlatform,
    policy: { parameters: { provenance_attested: parameters } },
  };
}

async function withLocks(text: string): Promise<SkillParts> {
  const { sbom, assets }: { sbom: object; assets: Record<string, readonly string[]> } = JSON.parse(text);
  const files = Object.entries(assets).map(([path, lines]) => [path, encodeUtf8(lines.join("\n"))] as const);
  return { ...(await withPaper("sbom", JSON.stringify(sbom))), assets: Object.fromEntries(files) };
}

async function modulesOf(text: string): Promise<Record<string, Uint8Array>> {
  const [first = "", ...others] = text.split(/^;;# (?=.*$)/m);
  const several = others.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n"))] as const);
  const sources = several.length === 0 ? [["echo.wasm", first] as const] : several;
  return Object.fromEntries(await Promise.all(sources.map(async ([path, wat]) => [path, await assemble(wat)])));
}

/** Two lines replace those of the manifest that tests build on; the rest goes to its end. */
function manifestParts(lines: readonly string[]): Omit<SkillParts, "modules"> {
  const value = (key: string) => {
    const found = lines.find((line) => line.startsWith(`${key} = "`));
    return found === undefined ? {} : { [key]: found.slice(key.length + 4, -1) };
  };
  const more = lines.filter((line) => !/^(?:skill_id|publisher) = /.test(line)).join("\n");
  return { ...value("skill_id"), ...value("publisher"), more };
}

const generated = (id: string): readonly Fixture[] =>
  (GENERATED[id] ?? []).map(([name, locals, blocks]) => ({
    name,
    status: statusOf(name),
    load: () => Promise.resolve({ parts: { modules: { "echo.wasm": costlyModule(locals, blocks) } }, platform: webPlatform }),
  }));

/** A check whose fixtures are all generated has no folder: git keeps none that is empty. */
function fixturesOf(id: string): readonly Fixture[] {
  const files = existsSync(join(folder, id)) ? readdirSync(join(folder, id)).toSorted() : [];
  return [...files.map((file) => ofFile(join(folder, id, file))), ...generated(id)];
}

const records = readFileSync(new URL("fixtures-feed.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => readOsvRecord(line));
const known = records.flatMap((read) => (read.ok ? [read.value] : []));
const feed: FeedSource = {
  state: "open",
  facts: { hook: "fixtures-feed.jsonl", sha256: "0".repeat(64), records: 4, withdrawn: 1, refused: 0, newest: 1_699_920_000_000 },
  lookUp: (keys) => known.filter(({ affected }) => affected.some((each) => keysOf(each).some((key) => keys.includes(key)))),
};

const statusesOf = (report: AuditReport, id: string): readonly string[] =>
  report.checks.filter(({ check_id }) => check_id === id).map(({ status }) => status);

const GRAVITY = ["fail", "skipped", "warn", "pass"];

describe("the fixtures of each additional check", () => {
  it("lie in folders that are named for a check", () => {
    const ids = ADDITIONAL_RULES.map(({ id }) => id);
    expect(readdirSync(folder).filter((name) => !ids.includes(name))).toEqual([]);
  });
  for (const { id } of ADDITIONAL_RULES)
    describe(id, () => {
      const fixtures = fixturesOf(id);
      it("has some that it flags and some that it does not", () => {
        expect(fixtures.some(({ status }) => status === "pass")).toBe(true);
        expect(fixtures.some(({ status }) => status !== "pass")).toBe(true);
      });
      for (const { name, status, load } of fixtures)
        it(name, async () => {
          const { parts, ...around } = await load();
          const trusted = await trustedSkill(parts);
          const said = statusesOf(await audit(trusted, { ...around, feed }), id);
          expect(GRAVITY.find((each) => said.includes(each))).toBe(status);

          // The policy's level is what a finding counts as; without the check nothing is said.
          const at = async (level: "fail" | "warn" | "off") =>
            statusesOf(await audit(trusted, { ...around, feed, policy: { ...around.policy, checks: { [id]: level } } }), id);
          const flagged = (level: string) => said.map((each) => (each === "pass" ? each : level));
          expect(await at("fail")).toEqual(flagged("fail"));
          expect(await at("warn")).toEqual(flagged("warn"));
          expect(await at("off")).toEqual([]);
        });
    });
});
