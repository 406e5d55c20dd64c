import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_POLICY, NO_FEED } from "palyra-skills/audit";
import { describe, expect, it } from "vitest";
import { skillsFolder } from "../../src/installed/index.ts";
import { changeStatus, type Home, type ReauditRequest, reauditSkills } from "../../src/lifecycle/index.ts";
import { install, newCall, newHome } from "./support.ts";

const request = (more: Partial<ReauditRequest> = {}): ReauditRequest => ({
  policy: DEFAULT_POLICY,
  feed: NO_FEED,
  code: "test",
  clock: () => newCall().now,
  ...more,
});
const pass = (home: Home, more: Partial<ReauditRequest> = {}) => reauditSkills(home, request(more), newCall("system:daemon"));
const versionFolder = (home: Home, id = "acme.echo") => skillsFolder(home.places.skillsRoot).version(id, "1.0.0");

async function statusOf(home: Home, id = "acme.echo") {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return await journal?.status(id, "1.0.0");
  } finally {
    await journal?.close();
  }
}

describe("a pass over what is as it was installed", () => {
  it("stops nothing", async () => {
    const home = newHome();
    await install(home);
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0, already_stopped: 0, failed: [] });
    expect(await statusOf(home)).toMatchObject({ status: "active" });
  });
});

describe("T12: what is not as it was installed is quarantined", () => {
  const changes: readonly { name: string; change: (folder: string) => void; reason: RegExp | string }[] = [
    {
      name: "the cached artifact",
      change: (folder) => appendFileSync(join(folder, "artifact.palyra-skill"), "x"),
      reason: /^periodic_reaudit_failed: artifact_digest_mismatch/,
    },
    {
      name: "no artifact",
      change: (folder) => rmSync(join(folder, "artifact.palyra-skill")),
      reason: "periodic_reaudit_missing_artifact",
    },
    { name: "no folder", change: (folder) => rmSync(folder, { recursive: true }), reason: "periodic_reaudit_missing_artifact" },
    {
      name: "an extracted file",
      change: (folder) => appendFileSync(join(folder, "modules/module.wasm"), "x"),
      reason: "periodic_reaudit_failed: extracted_file_changed (modules/module.wasm)",
    },
    {
      name: "a missing file",
      change: (folder) => rmSync(join(folder, "skill.toml")),
      reason: "periodic_reaudit_failed: extracted_file_missing (skill.toml)",
    },
    {
      name: "a file too many",
      change: (folder) => {
        mkdirSync(join(folder, "assets"));
        writeFileSync(join(folder, "assets/new\nline"), "");
      },
      reason: "periodic_reaudit_failed: extracted_file_extra (assets/new\\u{a}line)",
    },
    {
      name: "a link to the same bytes",
      change: (folder) => {
        writeFileSync(join(folder, "..", "copy"), "");
        rmSync(join(folder, "skill.toml"));
        symlinkSync(join(folder, "..", "copy"), join(folder, "skill.toml"));
      },
      reason: "periodic_reaudit_failed: extracted_file_replaced (skill.toml)",
    },
  ];
  it.each(changes)("$name", async ({ change, reason }) => {
    const home = newHome();
    await install(home);
    await install(home, { id: "acme.other" });
    change(versionFolder(home));
    expect(await pass(home)).toMatchObject({ checked: 2, quarantined: 1, failed: [{ skill_id: "acme.echo", version: "1.0.0" }] });
    const row = (await statusOf(home))?.row;
    expect(row).toMatchObject({ status: "quarantined", operator_principal: "system:daemon" });
    expect(row?.reason).toMatch(reason);
    expect(await statusOf(home, "acme.other")).toMatchObject({ status: "active" });
    // Not written again, and no way back but a person's.
    expect(await pass(home)).toMatchObject({ checked: 1, quarantined: 0, already_stopped: 1 });
    await changeStatus(home, { skillId: "acme.echo", status: "active" }, newCall());
    expect(await pass(home)).toMatchObject({ checked: 2, quarantined: 1 });
  });
});
