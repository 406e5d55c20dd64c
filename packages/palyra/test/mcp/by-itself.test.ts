import { isLegacyRequest } from "@modelcontextprotocol/server";
import fc from "fast-check";
import { expect, it } from "vitest";
import { isByItself } from "../../src/mcp/streamable.ts";

const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
const maybe = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((found) => (found === undefined ? {} : { [key]: found }));
const merged = (...parts: fc.Arbitrary<object>[]) => fc.tuple(...parts).map((some) => Object.assign({}, ...some));
const anything = fc.oneof(fc.constantFrom(null, true, 0, "", "2026-07-28", "2025-06-18"), fc.constant([]), fc.constant({}));

const rarely = (key: string) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    anything.map((value) => ({ [key]: value })),
  );
const meta = merged(maybe(VERSION_KEY, anything), maybe("progressToken", fc.nat()));
const params = merged(maybe("name", fc.string()), maybe("_meta", fc.oneof({ weight: 4, arbitrary: meta }, anything)));
const message = merged(
  maybe("jsonrpc", fc.constantFrom("2.0", "1.0", 2)),
  maybe("id", fc.oneof(fc.nat(), fc.string(), fc.constant(null))),
  maybe("method", fc.oneof({ weight: 4, arbitrary: fc.constant("tools/call") }, fc.constantFrom("initialize", "tools/list", 1))),
  maybe("params", fc.oneof({ weight: 4, arbitrary: params }, anything)),
  rarely("result"),
  rarely("error"),
);
const body = fc.oneof(
  { weight: 8, arbitrary: message },
  anything,
  message.map((one) => [one]),
);

it("a call that is taken for one by itself is none of a session's by the SDK's own rule, whatever it looks like", async () => {
  let taken = 0;
  const version = fc.constantFrom(undefined, "2025-06-18", "2026-07-28", "2099-01-01");
  await fc.assert(
    fc.asyncProperty(body, version, async (json, named) => {
      if (!isByItself(json)) return;
      taken += 1;
      const headers = { "content-type": "application/json", ...(named === undefined ? {} : { "mcp-protocol-version": named }) };
      const request = new Request("http://127.0.0.1/mcp", { method: "POST", headers, body: JSON.stringify(json) });
      expect(await isLegacyRequest(request, json)).toBe(false);
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(20);
});
