/** What stays here of a status that somebody who answers as a daemon says it has set. */

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandLine, errorOf, parsed, temporaryFolder } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";

let root: string;
let palyra: ReturnType<typeof commandLine>;
let close: () => void = () => {};
beforeEach(async () => {
  root = temporaryFolder();
  palyra = commandLine(root);
  const file = join(root, "artifact.palyra-skill");
  writeFileSync(file, await skillBytes());
  expect((await palyra("skills", "install", "--artifact", file, "--allow-untrusted")).exit).toBe(0);
});
afterEach(() => close());

const RIGHT = { skill_id: "acme.echo", version: "1.0.0", detected_at_ms: 5, operator_principal: "user:ops" };

/** A stranger that answers everything with one document. */
async function stranger(answer: object): Promise<string> {
  const server = createServer((_, response) => response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  const address = server.address();
  return `http://127.0.0.1:${address === null || typeof address === "string" ? 0 : address.port}`;
}
const statusHere = async (): Promise<unknown> => parsed(await palyra("skills", "list", "--json"));
const events = async (): Promise<unknown> => parsed(await palyra("skills", "journal", "tail", "--json"));
const entry = (status: string, eligible: boolean) => ({
  entries: [{ runtime_status: { status }, eligibility: { eligible } }],
});

describe("T29: whoever answers in a daemon's place", () => {
  it.each([
    ["another status", { ...RIGHT, status: "active" }],
    ["another version", { ...RIGHT, version: "2.0.0", status: "quarantined" }],
    ["another skill", { ...RIGHT, skill_id: "acme.other", status: "quarantined" }],
    ["no time", { ...RIGHT, status: "quarantined", detected_at_ms: "now" }],
    ["nothing of it", {}],
  ])("and tells of %s is not believed, and nothing is kept", async (_, answer) => {
    const before = await events();
    const ran = await palyra("skills", "quarantine", "acme.echo", "--url", await stranger(answer), "--json");
    expect(ran.stdout).toBe("");
    expect(errorOf(ran).code).toBe("DaemonUnreachable");
    expect(await events()).toEqual(before);
    expect(await statusHere()).toMatchObject(entry("active", true));
  });

  it("stops a skill here with what it says, since the local row is not its own", async () => {
    const url = await stranger({ ...RIGHT, status: "quarantined", reason: "seen" });
    expect((await palyra("skills", "quarantine", "acme.echo", "--url", url)).exit).toBe(0);
    expect(await statusHere()).toMatchObject({ entries: [{ eligibility: { eligible: false } }] });
  });

  it("frees nothing here", async () => {
    await palyra("skills", "quarantine", "acme.echo");
    const url = await stranger({ ...RIGHT, status: "active" });
    expect((await palyra("skills", "enable", "acme.echo", "--override", "--url", url)).exit).toBe(0);
    expect(await statusHere()).toMatchObject({ entries: [{ eligibility: { eligible: false } }] });
  });
});
