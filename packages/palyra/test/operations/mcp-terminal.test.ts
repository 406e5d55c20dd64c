import { expect, it } from "vitest";
import { CATALOG } from "../../src/operations/catalog.ts";
import type { Services } from "../../src/operations/services.ts";
import { newCall } from "../lifecycle/parts.ts";

it("skills mcp says on a terminal that it waits for a client, and nothing where one may be there", async () => {
  const operation = await CATALOG["skills mcp"].load();
  const services = { serving: { mcp: async () => {} } } as unknown as Services;
  const told: string[] = [];
  const call = { ...newCall(), tell: (lines: readonly string[]) => void told.push(...lines) };
  await operation.run(services, { names: "id" }, call);
  expect(told).toEqual([]);
  await operation.run(services, { names: "id" }, { ...call, ask: async () => true });
  expect(told).toEqual([expect.stringContaining("a client of MCP starts this")]);
});
