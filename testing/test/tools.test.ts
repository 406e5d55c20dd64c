/** The examples in other languages and the clients, as they run: with the host functions that ship, over a real broker. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { classifyImport, isImportDeclared } from "palyra-skills/capability";
import { parseManifest } from "palyra-skills/manifest";
import { readModule } from "palyra-skills/wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { type BrokerSetting, broker } from "../../packages/palyra/test/execution/broker/calls.ts";
import { CERTIFICATE } from "../../packages/palyra/test/net/certificate.ts";
import { httpsServer } from "../../packages/palyra/test/net/server.ts";
import { bundleForNode } from "../bundle.ts";
import { type Ran, runModule } from "../host-run.ts";
import { scratchFolder } from "../scratch.ts";
import { repositoryRoot } from "../shared.ts";

const example = (...names: string[]): string => join(repositoryRoot, "examples", ...names);
const prebuilt = readFileSync(example("prebuilt.sha256"), "utf8")
  .trim()
  .split("\n")
  .map((line) => ({ sha256: line.slice(0, 64), file: line.slice(66) }));

let worker: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  worker = await bundleForNode(join(repositoryRoot, "testing/host-worker.ts"));
});

const NO_GRANTS = { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] };

async function call(file: string, tool: string, input: string, setting: BrokerSetting = {}): Promise<Ran> {
  const roots = setting.roots ?? [];
  const job = {
    module: readFileSync(file),
    args: ["tool", tool],
    stdin: new TextEncoder().encode(input),
    roots,
    grants: NO_GRANTS,
  };
  return runModule(worker.file, await broker(setting), job);
}

describe("modules whose compiler is no npm package", () => {
  for (const { sha256, file } of prebuilt)
    it(`${file} is the one that was built, and imports what its manifest declares`, () => {
      const bytes = readFileSync(example(file));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
      const read = readModule(bytes);
      expect(read.ok).toBe(true);
      const imports = read.ok ? read.facts.imports : [];
      const { capabilities } = parseManifest(readFileSync(example(file.split("/")[0] ?? "", "skill.toml")));
      const undeclared = imports.filter((each) => !isImportDeclared(classifyImport(each), capabilities));
      expect(undeclared.map(({ module, name }) => `${module}.${name}`)).toEqual([]);
    });
});

describe("a tool in C", () => {
  const sum = (input: string): Promise<Ran> => call(example("table-c/table.wasm"), "acme.sum", input);
  const table = JSON.stringify({ csv: "fruit,count\napple,3\npear,4\nnone,x\n\u00e9,-2", column: "count" });

  it("reads JSON and writes JSON, and says what is wrong", async () => {
    expect(await sum(table)).toEqual({ exit: 0, stdout: '{"rows":4,"numbers":3,"sum":5}', stderr: "" });
    expect(await sum('{"csv":"a,\\u20ac\\ud83d\\ude00\\n1,2","column":"\u20ac\ud83d\ude00"}')).toMatchObject({
      stdout: '{"rows":1,"numbers":1,"sum":2}',
    });
    expect(await sum('{"csv":"a\\n1","column":"b"}')).toEqual({ exit: 1, stdout: "", stderr: "no such column\n" });
    for (const bad of ["", "[]", '{"csv":1}', '{"csv":"a"', '{"csv":"a"} x', '{"csv":"\\ud800"}', "{}"])
      expect(await sum(bad), bad).toMatchObject({ exit: 1, stdout: "" });
  });
});

describe("a tool in Rust, by its client", () => {
  const pages = [{ name: "pages", write: true }];

  it("fetches with a secret that it never sees, keeps what came, and lists it", async () => {
    const seen: (string | undefined)[] = [];
    const origin = (
      await httpsServer((request, response) => {
        seen.push(request.url, request.headers.authorization);
        response.setHeader("content-type", "text/plain").end("x".repeat(40_000));
      })
    ).replace("127.0.0.1", "localhost");
    const state = scratchFolder("tools");
    const secret = "skill:acme.web/api_token";
    const setting: BrokerSetting = {
      stateRoot: state,
      roots: pages,
      vault: { [secret]: "own" },
      http: { grants: [{ origin, anyAddress: true, ca: CERTIFICATE }] },
      secrets: {
        granted: [secret],
        insertions: [{ secret, origin, header: "authorization", prefix: "Bearer " }],
      },
    };
    const input = JSON.stringify({ url: `${origin}/v1/status`, token: secret, name: "status.txt" });
    expect(await call(example("fetch-rust/fetch.wasm"), "acme.fetch", input, setting)).toEqual({
      exit: 0,
      stdout: '{"bytes":40000,"saved":"pages/status.txt","status":200}',
      stderr: "",
    });
    expect(seen).toEqual(["/v1/status", "Bearer own"]);
    expect(readFileSync(join(state, "skill-data/acme.web/pages/status.txt"), "utf8")).toHaveLength(40_000);
    const listed = await call(example("fetch-rust/fetch.wasm"), "acme.pages", "{}", setting);
    expect(JSON.parse(listed.stdout)).toEqual({ pages: [{ name: "status.txt", kind: "file", size: 40_000 }] });
    rmSync(state, { recursive: true });
  });

  it("says what was refused", async () => {
    const input = '{"url":"https://evil.example/","name":"x"}';
    expect(await call(example("fetch-rust/fetch.wasm"), "acme.fetch", input, { roots: pages })).toEqual({
      exit: 1,
      stdout: "",
      stderr: "the host does not grant that\n",
    });
  });
});

/** Whether a Go is here that knows the target. Nothing of this project needs it, so its test is there where it is. */
const [, minor = 0] = /^go1\.(\d+)/u.exec(spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).stdout ?? "") ?? [];
const hasGo = Number(minor) >= 21;

describe("a tool in Go", () => {
  it("keeps what it counts in the root that its manifest declares", () => {
    const { capabilities } = parseManifest(readFileSync(example("words-go/skill.toml")));
    const [, root] = /^const kept = "\/(\w+)\//mu.exec(readFileSync(example("words-go/main.go"), "utf8")) ?? [];
    expect(capabilities.filesystem.write_roots).toEqual([root]);
  });

  if (hasGo)
    it("is built as its README says, without a network; counts, and counts on; says what is no JSON", async () => {
      const readme = readFileSync(example("words-go/README.md"), "utf8");
      const command = /^ {4}(GOOS=.*) -o words\.wasm \.$/mu.exec(readme)?.[1];
      const file = join(scratchFolder("go"), "words.wasm");
      const env = {
        ...process.env,
        GOPROXY: "off",
        GOFLAGS: "",
        GOTOOLCHAIN: "local",
        GOCACHE: join(repositoryRoot, ".cache/go"),
      };
      const build = spawn("/bin/sh", ["-c", `${command} -o "$1" .`, "sh", file], {
        cwd: example("words-go"),
        env,
        stdio: "pipe",
      });
      let said = "";
      build.stderr.on("data", (chunk) => (said += String(chunk)));
      const exit = await new Promise((resolve) => build.once("close", resolve));
      expect([exit, said]).toEqual([0, ""]);
      const setting: BrokerSetting = { stateRoot: scratchFolder("words"), roots: [{ name: "tally", write: true }] };
      const count = (input: string): Promise<Ran> => call(file, "acme.words.count", input, setting);
      expect(JSON.parse((await count('{"text":"Der Hund, der Vogel; die Übung"}')).stdout)).toEqual({
        words: 6,
        most: [
          { word: "der", count: 2 },
          { word: "die", count: 1 },
          { word: "hund", count: 1 },
          { word: "vogel", count: 1 },
          { word: "übung", count: 1 },
        ],
      });
      const again = await count(JSON.stringify({ text: "hund ".repeat(40_000) }));
      expect(JSON.parse(again.stdout)).toMatchObject({
        words: 40_000,
        most: [{ word: "hund", count: 40_001 }, { count: 2 }, {}, {}, {}],
      });
      expect(await count("[")).toMatchObject({ exit: 1, stdout: "", stderr: expect.stringContaining("the request is no JSON") });
    }, 900_000);
});

describe("the client for AssemblyScript", () => {
  it("does all that the interface has", async () => {
    const folder = scratchFolder("as");
    const file = join(folder, "ask.wasm");
    const asc = spawnSync(
      process.execPath,
      [
        join(repositoryRoot, "node_modules/assemblyscript/bin/asc.js"),
        "clients/assemblyscript/example.ts",
        "--outFile",
        file,
        "-O3",
        "--runtime",
        "stub",
        "--exportStart",
        "_start",
        "--use",
        "abort=clients/assemblyscript/example/abort",
      ],
      { cwd: example(), encoding: "utf8" },
    );
    expect(asc.stderr).toBe("");
    const origin = (await httpsServer((_, response) => response.writeHead(203, { "x-a": "b" }).end("body"))).replace(
      "127.0.0.1",
      "localhost",
    );
    const secret = "skill:acme.web/token";
    const setting: BrokerSetting = {
      roots: [{ name: "data", write: true }],
      vault: { [secret]: "own value" },
      http: { grants: [{ origin, anyAddress: true, ca: CERTIFICATE }] },
      secrets: { granted: [secret] },
    };
    const ran = await call(
      file,
      "acme.ask",
      JSON.stringify({ url: `${origin}/`, secret, path: "data/a.txt", text: "kept" }),
      setting,
    );
    expect(ran).toMatchObject({ exit: 0, stderr: "" });
    const { head, ...rest } = JSON.parse(ran.stdout);
    expect(head).toMatchObject({ status: 203, headers: expect.arrayContaining([["x-a", "b"]]) });
    expect(rest).toEqual({
      tool: "acme.ask",
      body: "body",
      secret: "own value",
      written: 0,
      read: "kept",
      list: [{ name: "a.txt", kind: "file", size: 4 }],
      removed: 0,
    });
    const refused = await call(
      file,
      "acme.ask",
      JSON.stringify({ url: "https://evil.example/", secret: "global/x", path: "other/a.txt", text: "x" }),
      setting,
    );
    expect(JSON.parse(refused.stdout)).toEqual({
      tool: "acme.ask",
      http: -2,
      secret: -2,
      written: -2,
      read: -2,
      list: -2,
      removed: -2,
    });
    rmSync(folder, { recursive: true });
  });
});
