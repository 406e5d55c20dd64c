import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { manifestText, RUN_MODULE } from "../../../../testing/forge/manifest.ts";
import { checkOut } from "../../src/authoring/checkout.ts";
import { packageSkill } from "../../src/authoring/index.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";

const COMMIT = "c0".repeat(20);

let root: string;
let source: string;
let file: string;
let palyra: ReturnType<typeof commandLine>;
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root);
  source = join(root, "source");
  file = join(root, "echo.palyra-skill");
  mkdirSync(join(source, ".git"), { recursive: true });
  writeFileSync(join(source, ".git/HEAD"), `${COMMIT}\n`);
  writeFileSync(join(source, "skill.toml"), manifestText({ tools: ["acme.say"] }));
  writeFileSync(join(source, "echo.wasm"), RUN_MODULE);
  writeFileSync(join(source, "guide.txt"), "Echo.");
  await pack();
});

const pack = () =>
  packageSkill(
    {
      manifest: join(source, "skill.toml"),
      modules: [join(source, "echo.wasm")],
      assets: [join(source, "guide.txt")],
      sbom: undefined,
      provenance: undefined,
      output: file,
      layout: "namespaced",
      secretKey: new Uint8Array(32).fill(1),
      signedAt: 1_750_000_000_000,
    },
    nodePlatform,
    () => {},
  );

const rebuild = (...more: string[]) =>
  palyra("skills", "package", "rebuild", "--artifact", file, "--source", source, "--compare", "--json", ...more);
const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith("palyra-rebuild-"));

describe("palyra skills package rebuild --compare", () => {
  it("finds what was packed from there the same, though it has another key", async () => {
    const ran = await rebuild();
    expect(ran.exit, ran.stderr).toBe(0);
    expect(parsed(ran)).toMatchObject({
      reproduced: true,
      build_command: null,
      commit: { recorded: COMMIT, actual: COMMIT },
      entries: [
        { path: "_palyra/provenance.json", status: "same" },
        { path: "_palyra/sbom.cdx.json", status: "same" },
        { path: "assets/guide.txt", status: "same" },
        { path: "modules/echo.wasm", status: "same" },
        { path: "skill.toml", status: "same" },
      ],
    });
  });

  it("says where the first byte differs, and fails", async () => {
    writeFileSync(join(source, "echo.wasm"), Buffer.concat([RUN_MODULE.subarray(0, 34), Buffer.from([0x01, 0x0b])]));
    const ran = await rebuild();
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({
      reproduced: false,
      entries: expect.arrayContaining([
        { path: "modules/echo.wasm", status: "different", bytes: 36, rebuilt_bytes: 36, first_difference: 34 },
      ]),
    });
  });

  it("says what is not there, and fails", async () => {
    writeFileSync(join(source, "guide.txt"), "Echo. And more.");
    expect(parsed(await rebuild())).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ path: "assets/guide.txt", status: "different", first_difference: 5 }),
      ]),
    });
    rmSync(join(source, "guide.txt"));
    const ran = await rebuild();
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ path: "assets/guide.txt", status: "missing", rebuilt_bytes: null }),
      ]),
    });
    rmSync(join(source, "echo.wasm"));
    expect(errorOf(await rebuild())).toMatchObject({ code: "RebuildFailed" });
  });

  it("is not the same at another commit", async () => {
    writeFileSync(join(source, ".git/HEAD"), `${"d1".repeat(20)}\n`);
    const ran = await rebuild();
    expect(ran.exit).toBe(1);
    expect(parsed(ran)).toMatchObject({ reproduced: false, commit: { recorded: COMMIT, actual: "d1".repeat(20) } });
  });

  describe("--checkout", () => {
    const git = (...words: string[]) =>
      execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", ...words], {
        cwd: root,
        env: { PATH: process.env["PATH"], HOME: root, GIT_CONFIG_NOSYSTEM: "1" },
        encoding: "utf8",
      }).trim();
    let commit: string;
    /** The skill is in the folder `source` of a repository, which has gone on since it was packed. */
    beforeEach(async () => {
      rmSync(join(source, ".git"), { recursive: true });
      git("init", "--quiet", "-b", "main");
      git("add", "source");
      git("commit", "--quiet", "-m", "One");
      commit = git("rev-parse", "HEAD");
      await pack();
      writeFileSync(join(source, "guide.txt"), "Another.");
      git("commit", "--quiet", "-a", "-m", "Two");
      writeFileSync(join(source, "echo.wasm"), "not committed");
    });

    it("takes the recorded commit, whatever the folder is at by now", async () => {
      const before = scratch();
      expect(parsed(await rebuild())).toMatchObject({ reproduced: false, checked_out: false });
      const ran = await rebuild("--checkout");
      expect(ran.exit, ran.stderr).toBe(0);
      expect(parsed(ran)).toMatchObject({ reproduced: true, checked_out: true, commit: { recorded: commit, actual: commit } });
      expect(readFileSync(join(source, "echo.wasm"), "utf8")).toBe("not committed");
      expect(scratch()).toEqual(before);
    });

    it("takes it from an address, and from where it is told to there", async () => {
      const from = (...more: string[]) =>
        palyra("skills", "package", "rebuild", "--artifact", file, "--source", `file://${root}`, "--json", ...more);
      const ran = await from("--checkout", "--inside", "source");
      expect(parsed(ran)).toMatchObject({
        commit: { actual: commit },
        entries: expect.arrayContaining([expect.objectContaining({ path: "modules/echo.wasm", status: "same" })]),
      });
      expect(errorOf(await from("--checkout", "--inside", "../.."))).toMatchObject({ code: "RebuildFailed" });
      expect((await from()).exit).toBe(2);
    });

    it("builds in what it took", async () => {
      const command = `"${process.execPath}" -e "require('fs').appendFileSync('guide.txt', '!')"`;
      expect(parsed(await rebuild("--checkout", "--run-build", command))).toMatchObject({
        reproduced: false,
        entries: expect.arrayContaining([
          expect.objectContaining({ path: "assets/guide.txt", status: "different", first_difference: 5 }),
        ]),
      });
      expect(readFileSync(join(source, "guide.txt"), "utf8")).toBe("Another.");
    });

    it("runs nothing that the repository configures", async () => {
      const marker = join(root, "ran");
      const hook = `#!/bin/sh\ntouch "${marker}"\n`;
      writeFileSync(join(root, ".git/hooks/post-checkout"), hook, { mode: 0o755 });
      git("config", "core.fsmonitor", `touch "${marker}"`);
      git("config", "filter.x.smudge", `touch "${marker}"`);
      git("config", "uploadpack.packObjectsHook", `touch "${marker}"`);
      expect(parsed(await rebuild("--checkout"))).toMatchObject({ reproduced: true });
      expect(existsSync(marker)).toBe(false);
    });

    it("says what is missing: the commit, the repository, git itself", async () => {
      git("checkout", "--quiet", "--orphan", "other");
      git("commit", "--quiet", "-m", "Other");
      git("branch", "-D", "main");
      git("reflog", "expire", "--expire=now", "--all");
      git("gc", "--quiet", "--prune=now");
      const problemOf = async (...more: string[]) => errorOf(await rebuild("--checkout", ...more));
      expect(await problemOf()).toMatchObject({
        code: "RebuildFailed",
        details: { problem: expect.stringContaining("git fetch") },
      });
      rmSync(join(root, ".git"), { recursive: true });
      expect(await problemOf()).toMatchObject({ details: { problem: expect.stringContaining("in no git repository") } });
      mkdirSync(join(root, ".git"));
      const path = process.env["PATH"];
      process.env["PATH"] = join(root, "none");
      try {
        expect(await problemOf()).toMatchObject({ details: { problem: "there is no git on this machine" } });
      } finally {
        process.env["PATH"] = path;
      }
    });

    it("T15: refuses a commit with a link that leads out of it, and follows one within", async () => {
      const outside = join(root, "..", `${basename(root)}-outside`);
      mkdirSync(outside);
      const commitLink = async (name: string, to: string): Promise<void> => {
        rmSync(join(root, name), { recursive: true, force: true });
        symlinkSync(to, join(root, name));
        git("add", name);
        git("commit", "--quiet", "-m", "Link");
      };
      try {
        cpSync(source, outside, { recursive: true });
        writeFileSync(join(source, "echo.wasm"), RUN_MODULE);
        await commitLink("source/guide.txt", "../real.txt");
        writeFileSync(join(root, "real.txt"), "Echo.");
        git("add", "real.txt");
        git("commit", "--quiet", "-m", "Real");
        await pack();
        expect(parsed(await rebuild("--checkout"))).toMatchObject({ reproduced: true });
        const problems: unknown[] = [];
        const problemOf = async (...more: string[]): Promise<void> => {
          problems.push(errorOf(await rebuild("--checkout", ...more))["details"]);
        };
        await commitLink("source/guide.txt", join(outside, "guide.txt"));
        writeFileSync(join(outside, "guide.txt"), "Echo.");
        await pack();
        await problemOf();
        await commitLink("source/guide.txt", "../real.txt");
        await commitLink("inside", outside);
        await pack();
        await problemOf("--run-build", `touch "${join(root, "ran")}"`);
        const from = ["--source", `file://${root}`, "--inside", "inside"];
        problems.push(
          errorOf(await palyra("skills", "package", "rebuild", "--artifact", file, "--json", "--checkout", ...from))["details"],
        );
        expect(problems).toEqual(
          ["source/guide.txt", "inside", "inside"].map((path) => ({
            command: "",
            problem: expect.stringContaining(`a link that leads out of it, ${path} to ${outside}`),
          })),
        );
        expect(existsSync(join(root, "ran"))).toBe(false);
      } finally {
        rmSync(outside, { recursive: true });
      }
    });

    it("does not wait for ever for a server that never answers", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const sockets: Socket[] = [];
      server.on("connection", (socket) => sockets.push(socket.on("error", () => {})));
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      vi.stubEnv("HTTPS_PROXY", undefined);
      vi.stubEnv("https_proxy", undefined);
      try {
        const asked = { source: `https://127.0.0.1:${port}/x`, commit, target: join(root, "target"), gitMs: 2_000 };
        await expect(checkOut(asked, new AbortController().signal)).rejects.toMatchObject({
          code: "RebuildFailed",
          details: { problem: expect.stringMatching(/^git \w+ took more than 2 s and was ended$/) },
        });
      } finally {
        vi.unstubAllEnvs();
        for (const socket of sockets) socket.destroy();
        server.close();
      }
    });

    it("wants a commit that the provenance names", async () => {
      rmSync(join(root, ".git"), { recursive: true });
      await pack();
      expect(errorOf(await rebuild("--checkout"))).toMatchObject({
        details: { problem: "its provenance names no commit to check out" },
      });
    });
  });

  it("runs nothing but what it is told to, in a copy, and leaves none behind", async () => {
    const before = scratch();
    const script = `const fs = require("fs"); fs.writeFileSync("echo.wasm", Buffer.from("${Buffer.from(RUN_MODULE).toString("hex")}", "hex")); console.log("built")`;
    writeFileSync(join(source, "build.cjs"), script);
    writeFileSync(join(source, "echo.wasm"), "not built yet");
    expect((await rebuild()).exit).toBe(1);
    const ran = await rebuild("--run-build", `"${process.execPath}" build.cjs`);
    expect(ran.exit, ran.stderr).toBe(0);
    expect(parsed(ran)).toMatchObject({ reproduced: true });
    expect(readFileSync(join(source, "echo.wasm"), "utf8")).toBe("not built yet");
    const failed = await rebuild("--run-build", `"${process.execPath}" -e "process.exit(3)"`);
    expect(errorOf(failed)).toMatchObject({ code: "RebuildFailed", details: { problem: "it ended with 3" } });
    expect(scratch()).toEqual(before);
  });

  it("is shown to a person, and compares without being asked to", async () => {
    const typed = ["skills", "package", "rebuild", "--artifact", file, "--source", source];
    expect((await palyra(...typed, "--compare")).stdout).toContain("the same acme.echo 1.0.0");
    expect((await palyra(...typed)).stdout).toContain("the same acme.echo 1.0.0");
  });
});
