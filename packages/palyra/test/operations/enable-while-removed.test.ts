import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { readIndex, skillsFolder } from "../../src/installed/index.ts";
import { requireThere } from "../../src/operations/shared/tampering.ts";
import { commandLine } from "../cli/support.ts";
import { homeIn, skillFile, temporaryFolder } from "../lifecycle/support.ts";

const ECHO = { skill_id: "acme.echo", version: "1.0.0" };

it("T12: what is being removed is not there, and neither missing nor changed; what is gone for good is missing", async () => {
  const root = temporaryFolder();
  const installed = commandLine(root)("skills", "install", "--artifact", await skillFile(root), "--allow-untrusted");
  expect(await installed).toMatchObject({ exit: 0 });
  const home = homeIn(root);
  const { skillsRoot } = home.places;
  expect((await readIndex(skillsRoot)).entries).toMatchObject([ECHO]);
  const folder = skillsFolder(skillsRoot);
  rmSync(join(skillsRoot, "acme.echo"), { recursive: true });
  await expect(requireThere(home, ECHO)).rejects.toHaveCode("ArtifactDigestMismatch");
  // As a removal leaves it between two of its steps.
  writeFileSync(folder.pending, "{}");
  const asked = requireThere(home, ECHO);
  await sleep(100);
  rmSync(folder.index);
  rmSync(folder.pending);
  await asked;
});
