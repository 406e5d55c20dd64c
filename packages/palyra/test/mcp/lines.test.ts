import { PassThrough } from "node:stream";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { LineTransport, MAX_MESSAGE_BYTES } from "../../src/mcp/lines.ts";

interface Open {
  readonly transport: LineTransport;
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly messages: JSONRPCMessage[];
  readonly closed: () => boolean;
}

async function open(): Promise<Open> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const transport = new LineTransport(stdin, stdout);
  const messages: JSONRPCMessage[] = [];
  transport.onmessage = (message) => void messages.push(message);
  const onclose = vi.fn();
  transport.onclose = onclose;
  await transport.start();
  return { transport, stdin, stdout, messages, closed: () => onclose.mock.calls.length === 1 };
}

/** What was answered by itself: code and id of each. */
const answers = ({ stdout }: Open): readonly (readonly [number, unknown])[] =>
  String(stdout.read() ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .map(({ error, id }) => [error.code, id]);

/** When all that was written has been read. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

const ping = (id: number): string => JSON.stringify({ jsonrpc: "2.0", id, method: "ping", params: { of: "é€😀" } });

/** As a program of another language writes it: JavaScript has no such numbers. */
const callWith = (number: string): string =>
  `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"acme.echo","arguments":{"n":${number}}}}`;

describe("lines of MCP", () => {
  it("T44: are messages where their numbers, and what looks like one in a text, are those that were written", async () => {
    const at = await open();
    const held = ["9007199254740992", "18014398509481984", "1e300", "0.1234567890123456789", '"9007199254740993 1e400"', "1E100"];
    for (const number of held) at.stdin.write(`${callWith(number)}\n`);
    await settled();
    expect(answers(at)).toEqual([]);
    expect(at.messages).toEqual(held.map((number) => JSON.parse(callWith(number))));
  });

  it("T44: are messages whatever else a text with such digits has", async () => {
    const at = await open();
    const digits = "9007199254740993";
    const held = [
      `["\\"${digits}","${digits}\\\\",{"${digits}":"1e400"}]`,
      `["${digits}","\\ud800"]`,
      `{"a":"${digits}","a":1}`,
      `["${digits}",${"0,".repeat(1_000_000)}0]`,
    ];
    for (const each of held) at.stdin.write(`${callWith(each)}\n`);
    await vi.waitFor(() => expect(at.messages).toHaveLength(held.length), 20_000);
    expect(answers(at)).toEqual([]);
  });

  it("that ask for nothing are heard, and not answered, whatever number they have", async () => {
    const at = await open();
    const heard = [
      '{"jsonrpc":"2.0","id":7,"result":{"action":"accept","content":{"n":9007199254740993}}}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,"n":9007199254740993}}',
    ];
    for (const line of heard) at.stdin.write(`${line}\n`);
    await settled();
    expect(answers(at)).toEqual([]);
    expect(at.messages).toEqual(heard.map((line) => JSON.parse(line)));
  });

  it("have the numbers that BigInt reads, or are refused", async () => {
    const digits = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
    await fc.assert(
      fc.asyncProperty(fc.array(digits, { minLength: 1, maxLength: 3 }), async (numbers) => {
        const at = await open();
        at.stdin.write(`${callWith(`["x",[${numbers.join(" , ")}]]`)}\n`);
        await settled();
        const isHeld = numbers.every((number) => BigInt(Number(number)) === number);
        expect([at.messages.length, answers(at)]).toEqual(isHeld ? [1, []] : [0, [[-32602, 7]]]);
      }),
      { numRuns: 100 },
    );
  });

  it.each<readonly [string, string | Uint8Array, readonly (readonly [number, unknown])[]]>([
    ["no JSON", "hello", [[-32700, undefined]]],
    ["cut short", '{"jsonrpc":"2.0","id":7', [[-32700, undefined]]],
    ["nested too deeply", `${"[".repeat(500_000)}${"]".repeat(500_000)}`, [[-32700, undefined]]],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), [[-32700, undefined]]],
    ["no message", '{"jsonrpc":"2.0","id":7}', [[-32600, 7]]],
    ["a message of nobody's", '{"jsonrpc":"2.0","id":null,"method":"ping"}', [[-32600, undefined]]],
    ["a number that would be another", callWith("[0,9007199254740993]"), [[-32602, 7]]],
    ["one below all", callWith("-9007199254740993"), [[-32602, 7]]],
    ["one that is none", callWith("1e400"), [[-32602, 7]]],
    ["one among many", callWith(`[${"9007199254740992,".repeat(100_000)}9007199254740993]`), [[-32602, 7]]],
    ["one after texts with quotes", callWith('["\\"","\\\\",9007199254740993]'), [[-32602, 7]]],
    ["an argument that would be lost", callWith("1").replace('"n"', '"__proto__"'), [[-32602, 7]]],
    ["too many members", `{"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":[${"0,".repeat(10_000)}0]}}`, [[-32602, 7]]],
    ["too many members of an answer", `{"jsonrpc":"2.0","id":7,"result":{"a":[${"0,".repeat(10_000)}0]}}`, [[-32602, undefined]]],
    ["several at once", `[${ping(1)},${ping(2)}]`, [[-32600, undefined]]],
    ["another version", '{"jsonrpc":"1.0","id":"a","method":"ping"}', [[-32600, "a"]]],
    ["nothing", " \t\r", []],
  ])("that are %s are answered, and the next counts", async (_name, line, answered) => {
    const at = await open();
    at.stdin.write(line);
    at.stdin.write(`\n${ping(1)}\r\n`);
    await settled();
    expect(answers(at)).toEqual(answered);
    expect(at.messages).toEqual([JSON.parse(ping(1))]);
    expect(at.closed()).toBe(false);
  });

  it("are the same however they are cut into pieces", async () => {
    const line = fc.oneof(fc.nat(9).map(ping), fc.constant("no JSON"), fc.constant(""));
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), cuts, async (lines, sizes) => {
        const at = await open();
        const all = Buffer.from(lines.map((each) => `${each}\n`).join(""));
        for (let from = 0, turn = 0; from < all.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          at.stdin.write(all.subarray(from, from + size));
          from += size;
        }
        await settled();
        expect(at.messages).toEqual(lines.filter((each) => each.startsWith("{")).map((each) => JSON.parse(each)));
        expect(answers(at)).toHaveLength(lines.filter((each) => each === "no JSON").length);
      }),
      { numRuns: 50 },
    );
  });

  it("that are too long are answered once they end, and one as long as may be is a message", async () => {
    const at = await open();
    const head = '{"jsonrpc":"2.0","method":"x","params":{"a":"';
    const longest = `${head}${"x".repeat(MAX_MESSAGE_BYTES - head.length - 3)}"}}`;
    at.stdin.write(`${longest}\n`);
    at.stdin.write(`${longest} \n${ping(1)}\n`);
    await vi.waitFor(() => expect(at.messages).toHaveLength(2), 20_000);
    expect(answers(at)).toEqual([[-32700, undefined]]);
  });

  it("are read no further while answers to what is no message are not taken", async () => {
    const at = await open();
    const piece = "x\n".repeat(1000);
    let [written, takes] = [0, true];
    for (; written < 200 && takes; written += 1) {
      takes = at.stdin.write(piece);
      await settled();
    }
    expect(takes).toBe(false);
    expect(at.stdout.readableLength + at.stdout.writableLength).toBeLessThan(2_000_000);
    at.stdout.resume();
    at.stdin.write(`${ping(1)}\n`);
    await vi.waitFor(() => expect(at.messages).toHaveLength(1), 20_000);
  });

  it.each<readonly [string, (at: Open) => unknown]>([
    ["stdin ends", ({ stdin }) => stdin.end()],
    ["stdin breaks", ({ stdin }) => stdin.destroy(new Error("gone"))],
    ["stdout breaks", ({ stdout }) => stdout.destroy(new Error("gone"))],
    ["it is closed", ({ transport }) => transport.close()],
  ])("end when %s, and none is sent after that", async (_name, end) => {
    const at = await open();
    end(at);
    await at.transport.closed;
    expect(at.closed()).toBe(true);
    await expect(at.transport.send({ jsonrpc: "2.0", method: "x" })).rejects.toThrow("gone");
    at.stdin.emit("data", Buffer.from(`${ping(1)}\n`));
    expect(at.messages).toEqual([]);
  });

  it("end once what was asked is answered where stdin ends, the last line's end or not", async () => {
    const at = await open();
    at.stdin.end(`${ping(1)}\n${ping(2)}`);
    // At once: it is not open for long.
    while (at.messages.length < 2) await new Promise(setImmediate);
    for (const id of [1, 2]) {
      expect(at.closed()).toBe(false);
      await at.transport.send({ jsonrpc: "2.0", id, result: {} });
    }
    expect(at.closed()).toBe(true);
    await at.transport.closed;
    expect(String(at.stdout.read()).trim().split("\n")).toHaveLength(2);
  });

  it.each([
    ["is never answered, after a while", ping(1)],
    ["was cancelled", `${ping(1)}\n{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`],
    ["waits for its client", '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}'],
  ])("end where stdin ends and what was asked %s", async (_name, line) => {
    const at = await open();
    at.stdin.end(line);
    await at.transport.closed;
    expect(at.messages.length).toBeGreaterThan(0);
    expect(at.closed()).toBe(true);
  });

  it("are sent at the pace of whoever reads, and nobody waits for one who has gone", async () => {
    const at = await open();
    const long = { jsonrpc: "2.0" as const, method: "x", params: { a: "x".repeat(100_000) } };
    let sent = 0;
    const both = [at.transport.send(long).then(() => sent++), at.transport.send(long).then(() => sent++)];
    await settled();
    expect(sent).toBe(0);
    at.stdin.end();
    await Promise.all(both);
  });
});
