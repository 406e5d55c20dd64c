/** A real tool in the sandbox's process, metered, with the host's files, network and secrets behind its two pipes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useSandboxProgram } from "../../../../../testing/sandbox-program.ts";
import { repositoryRoot } from "../../../../../testing/shared.ts";
import type { CallOutcome } from "../../../src/execution/index.ts";
import { CERTIFICATE } from "../../net/certificate.ts";
import { httpsServer } from "../../net/server.ts";
import { call, jobOf, text, usePool } from "../sandbox-support.ts";
import { type BrokerSetting, broker } from "./calls.ts";
import { stateRoot } from "./roots.ts";

const pool = usePool(useSandboxProgram());
const module = readFileSync(join(repositoryRoot, "examples/fetch-rust/fetch.wasm"));
const quotas = { fuel: 100_000_000n, memoryBytes: 16 * 1024 * 1024, wallMs: 60_000 };

async function run(toolId: string, input: object, setting: BrokerSetting): Promise<CallOutcome> {
  const bytes = new TextEncoder().encode(JSON.stringify(input));
  const job = jobOf(module, { toolId, input: bytes, quotas, roots: setting.roots ?? [] });
  const of = await broker(setting);
  try {
    return of.explain(await call(pool(), job, {}, of));
  } finally {
    await of.close();
  }
}

describe("a tool in its process", () => {
  it("uses what is granted, and its outcome says what was refused", async () => {
    const origin = (await httpsServer((_, response) => response.end("page"))).replace("127.0.0.1", "localhost");
    const setting: BrokerSetting = {
      stateRoot: stateRoot(),
      roots: [{ name: "pages", write: true }],
      http: { grants: [{ origin, anyAddress: true, ca: CERTIFICATE }] },
    };
    const fetched = await run("acme.fetch", { url: `${origin}/`, name: "a" }, setting);
    expect(fetched.log).toBe("");
    expect(fetched.kind).toBe("Ok");
    expect(JSON.parse(text(fetched.stdout))).toEqual({ status: 200, bytes: 4, saved: "pages/a" });
    const listed = await run("acme.pages", {}, setting);
    expect(JSON.parse(text(listed.stdout))).toEqual({ pages: [{ name: "a", kind: "file", size: 4 }] });
    const refused = await run("acme.fetch", { url: "https://evil.example/", name: "a" }, setting);
    expect(refused).toMatchObject({
      kind: "CapabilityDenied",
      details: { capability: "skill.capability.http.egress", operation: "http_send", name: "https://evil.example" },
      log: "the host does not grant that\n",
    });
    const inside = { ...setting, http: { grants: [{ origin, anyAddress: false, ca: CERTIFICATE }] } };
    expect(await run("acme.fetch", { url: `${origin}/`, name: "a" }, inside)).toMatchObject({
      kind: "CapabilityDenied",
      details: { operation: "http_head", name: origin, reason: "private_address" },
      log: "the host does not grant that\n",
    });
  });
});
