import { HOST_ERROR, type HostReply, type HostRequest, MAX_CALL_BYTES, reply } from "palyra-sandbox/host-messages";
import { hostImports } from "palyra-sandbox/imports/index";
import { describe, expect, it } from "vitest";

function module(answer: (request: HostRequest) => HostReply) {
  const memory = new Uint8Array(40 * 65_536);
  const asked: HostRequest[] = [];
  let charged = 0;
  const imports = hostImports({
    memory: () => memory,
    charge: (bytes) => {
      charged += bytes;
    },
    ask: (request) => {
      asked.push(request);
      return answer(request);
    },
  });
  const text = (content: string, at: number): [number, number] => {
    const bytes = new TextEncoder().encode(content);
    memory.set(bytes, at);
    return [at, bytes.byteLength];
  };
  const call = (name: string, ...args: readonly (number | bigint)[]): number => {
    const run = imports[name];
    if (run === undefined) throw new Error(`no ${name}`);
    return Reflect.apply(run, undefined, args) ?? Number.NaN;
  };
  return { memory, asked, text, call, charged: () => charged };
}
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

describe("palyra:skills/host@1", () => {
  it("asks for what the module says, and gives as much as there is room for and the length of the whole", () => {
    const { asked, call, text, memory, charged } = module(({ op }) =>
      op === "http_send" ? reply(0, 7n) : reply(0, 0n, bytes("answer")),
    );
    expect(call("http-send", ...text("{}", 100), ...text("body", 200))).toBe(7);
    expect(call("http-head", 7, 1000, 3)).toBe(6);
    expect([...memory.slice(1000, 1004)]).toEqual([...bytes("ans"), 0]);
    expect(call("http-read", 7, 1000, 3)).toBe(3);
    expect(call("secret-read", ...text("skill:a/b", 100), 2000, 100)).toBe(6);
    expect(call("storage-read", ...text("data/x", 100), 5n, 2000, 100)).toBe(6);
    expect(call("storage-list", ...text("data", 100), 2000, 0)).toBe(6);
    expect([
      call("storage-write", ...text("data/x", 100), ...text("new", 300)),
      call("storage-remove", ...text("data/x", 100)),
      call("http-close", 7),
    ]).toEqual([0, 0, 0]);
    expect(asked).toEqual([
      { op: "http_send", head: "{}", body: bytes("body") },
      { op: "http_head", request: 7 },
      { op: "http_read", request: 7, length: 3 },
      { op: "secret_read", name: "skill:a/b" },
      { op: "storage_read", path: "data/x", offset: 5n, length: 100 },
      { op: "storage_list", path: "data" },
      { op: "storage_write", path: "data/x", bytes: expect.any(Uint8Array) },
      { op: "storage_remove", path: "data/x" },
      { op: "http_close", request: 7 },
    ]);
    expect(charged()).toBe(2 + 4 + 3 + 3 + 9 + 6 + 6 + 6 + 4 + 0 + 6 + 3 + 6);
  });

  it("T40: looks at every range before it asks, and bounds what one call moves", () => {
    const { asked, call, text, memory } = module(() => reply(0));
    const end = memory.byteLength;
    expect(call("http-send", end - 1, 2, 0, 0)).toBe(HOST_ERROR.invalid);
    expect(call("http-send", ...text("{}", 0), end, 1)).toBe(HOST_ERROR.invalid);
    expect(call("http-send", 0, 64 * 1024 + 1, 0, 0)).toBe(HOST_ERROR.tooLarge);
    expect(call("storage-write", 0, 1, 0, MAX_CALL_BYTES + 1)).toBe(HOST_ERROR.tooLarge);
    expect(call("http-read", 1, end - 1, 2)).toBe(HOST_ERROR.invalid);
    expect(call("secret-read", 0, -1, 0, 0)).toBe(HOST_ERROR.tooLarge);
    memory[500] = 0xff;
    expect(call("storage-remove", 500, 1)).toBe(HOST_ERROR.invalid);
    expect(asked).toEqual([]);
    expect(call("http-read", 1, 0, end)).toBe(0);
    expect(asked).toEqual([{ op: "http_read", request: 1, length: MAX_CALL_BYTES }]);
  });

  it("gives the host's errors as they are, and no error number of WASI", () => {
    for (const code of Object.values(HOST_ERROR)) {
      const { call, text } = module(() => reply(code));
      expect([
        call("secret-read", ...text("global/x", 0), 0, 0),
        call("http-send", 0, 0, 0, 0),
        call("http-head", 1, 0, 0),
      ]).toEqual([code, code, code]);
    }
    const { call, text } = module(() => reply(76));
    expect(call("storage-list", ...text("other", 0), 0, 0)).toBe(HOST_ERROR.failed);
  });
});
