// The system's keychain for real: a Secret Service (gnome-keyring) on a session bus of its own, with a home of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithPrograms, repositoryRoot } from "../../../../testing/shared.ts";
import { temporaryFolder } from "../cli/support.ts";

const out = join(repositoryRoot, ".cache/test", `keychain-${process.pid}`);
const program = join(out, "palyra.js");
describeWithPrograms(
  ["dbus-run-session", "gnome-keyring-daemon"],
  "dbus gnome-keyring",
  "the Secret Service keeps the key of the vault",
  () => {
    beforeAll(() => {
      const build = [join(repositoryRoot, "scripts/build.mjs"), "--bundle", "--outdir", out];
      execFileSync(process.execPath, build, { cwd: repositoryRoot });
    });
    afterAll(() => rmSync(out, { recursive: true, force: true }));

    const root = temporaryFolder();
    const vault = join(root, "state", "vault");
    /** Runs lines of a shell in a session of its own; the keyring's daemon ends with the bus. `login`: its password, or a keyring that stays locked. */
    const session = (login: string | undefined, script: string, env: Record<string, string> = {}) => {
      const start =
        login === undefined
          ? "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1"
          : `printf '%s' '${login}' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1`;
      const lines = `${start}\npalyra() { "${process.execPath}" "${program}" "$@"; }\n${script}`;
      return spawnSync("dbus-run-session", ["--", "sh", "-c", lines], {
        encoding: "utf8",
        timeout: 60_000,
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: root,
          XDG_RUNTIME_DIR: join(root, "run"),
          PALYRA_STATE_ROOT: join(root, "state"),
          ...env,
        },
      });
    };
    const document = (text: string): unknown => JSON.parse(text);

    it("from the first secret on, without being asked", () => {
      const ran = session("pw", "printf hunter2 | palyra secrets set global token --value-stdin --json");
      expect(document(ran.stdout)).toMatchObject({ backend: "keychain", operation: "set" });
      expect(readdirSync(vault)).not.toContain("palyra-skills.key");
      for (const file of readdirSync(vault))
        expect(readFileSync(join(vault, file), "latin1")).not.toMatch(/AGE-SECRET-KEY|hunter2/);
    });
    it("and gives it in the next session", () => {
      const ran = session("pw", "palyra secrets get global token --reveal; echo; palyra secrets status --json");
      const [value, ...rest] = ran.stdout.split("\n");
      expect(value).toBe("hunter2");
      expect(document(rest.join("\n"))).toMatchObject({ backend: "keychain", key_place: "keychain", locked: null, count: 1 });
    });
    it.each([
      ["locked", undefined, {}],
      ["without a session bus", "none", { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" }],
    ] as const)("T25: %s it refuses, and makes no other vault", (_how, login, env) => {
      const before = readdirSync(vault).map((file) => readFileSync(join(vault, file), "latin1"));
      const set = "printf new | palyra secrets set global token --value-stdin --json";
      const ran =
        login === undefined
          ? session(login, set)
          : spawnSync(
              "sh",
              ["-c", `printf new | "${process.execPath}" "${program}" secrets set global token --value-stdin --json`],
              {
                encoding: "utf8",
                env: { PATH: process.env["PATH"] ?? "", HOME: root, PALYRA_STATE_ROOT: join(root, "state"), ...env },
              },
            );
      expect(ran.stdout).toBe("");
      const error = ran.stderr.slice(ran.stderr.indexOf("{\n"), ran.stderr.lastIndexOf("}") + 1);
      expect(document(error)).toMatchObject({ error: { code: "VaultUnavailable", details: { needs: "keychain" } } });
      expect(readdirSync(vault).map((file) => readFileSync(join(vault, file), "latin1"))).toEqual(before);
    });
    it("lets it go to a file and takes it back, each time with another key", () => {
      const ran = session("pw", "palyra secrets rekey --to key-file --json && palyra secrets rekey --to keychain --json");
      const [first, second] = ran.stdout.split(/(?<=^\})\n/m).map((text) => text.trim());
      expect(document(first ?? "")).toMatchObject({ from: "keychain", to: "key_file", old_key_removed: true });
      expect(document(second ?? "")).toMatchObject({ from: "key_file", to: "keychain" });
      expect(readdirSync(vault)).not.toContain("palyra-skills.key");
      expect(session("pw", "palyra secrets get global token --reveal").stdout).toBe("hunter2");
    });
    it("PALYRA_VAULT_BACKEND=keychain makes it there or not at all", () => {
      const env = { PALYRA_VAULT_BACKEND: "keychain", PALYRA_STATE_ROOT: join(root, "other") };
      const locked = session(undefined, "printf x | palyra secrets set global token --value-stdin", env);
      expect(locked.stderr).toContain("keychain");
      expect(readdirSync(join(root, "other", "vault")).filter((file) => !file.includes("lock"))).toEqual([]);
      expect(session("pw", "printf x | palyra secrets set global token --value-stdin", env).stdout).toContain("keychain");
    });
  },
);
