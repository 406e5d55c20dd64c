import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultyMembers, MAX_MEMBERS } from "../../src/mcp/members.ts";

const wide = (members: number): object => Object.fromEntries(Array.from({ length: members }, (_, at) => [`k${at}`, {}]));
const call = (args: unknown, more: object = {}) => ({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "a", arguments: args, ...more },
});

describe("members of a message of MCP", () => {
  it.each([
    ["of its meta", call({}, { _meta: wide(MAX_MEMBERS) })],
    ["the names of its arguments", call(wide(MAX_MEMBERS))],
    ["of what only calls itself arguments", call({}, { _meta: { arguments: wide(MAX_MEMBERS) } })],
    ["of an answer", { jsonrpc: "2.0", id: 1, result: { content: wide(MAX_MEMBERS) } }],
    ["of several at once", Array.from({ length: MAX_MEMBERS / 4 + 1 }, (_, id) => ({ jsonrpc: "2.0", id, method: "ping" }))],
    ["of many that are none", Array.from({ length: MAX_MEMBERS + 1 }, () => 0)],
  ])("are too many: %s", (_, message) => {
    expect(faultyMembers(message)).toContain("at most 10000 members");
  });

  it("are as many as there is room for inside the arguments", () => {
    expect(faultyMembers(call({ list: wide(3 * MAX_MEMBERS) }))).toBeUndefined();
    expect(faultyMembers([call({ list: wide(MAX_MEMBERS) }), call({ list: wide(MAX_MEMBERS) })])).toBeUndefined();
  });

  it("are counted exactly", () => {
    const counted = (value: unknown): number =>
      typeof value === "object" && value !== null
        ? Object.values(value).reduce((sum: number, each) => sum + 1 + counted(each), 0)
        : 0;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const message = { method: "x", params: { _meta: value } };
        const more = MAX_MEMBERS - 1 - counted(message);
        expect(faultyMembers({ ...message, more: Array(more - 1).fill(0) })).toBeUndefined();
        expect(faultyMembers({ ...message, more: Array(more + 1).fill(0) })).toBeDefined();
      }),
    );
  });

  it("that would be lost on the way are refused", () => {
    expect(faultyMembers(call(JSON.parse('{"__proto__":{"a":1}}')))).toContain("__proto__");
    expect(faultyMembers([call({}), call(JSON.parse('{"__proto__":1}'))])).toContain("__proto__");
    expect(faultyMembers(call(JSON.parse('{"a":{"__proto__":{}},"constructor":1}')))).toBeUndefined();
  });
});
