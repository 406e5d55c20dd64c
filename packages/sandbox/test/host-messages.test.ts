import fc from "fast-check";
import {
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
  type HostRequest,
  MAX_CALL_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_TEXT_BYTES,
} from "palyra-sandbox/host-messages";
import { describe, expect, it } from "vitest";

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string({ unit: "binary", maxLength: 60 }).filter((each) => !/\p{Surrogate}/u.test(each));
const bytes = fc.uint8Array({ maxLength: 200 });
const requests: fc.Arbitrary<HostRequest> = fc.oneof(
  fc.record({ op: fc.constant("open" as const), directory: u32, path: text, flags: u32 }),
  fc.record({ op: fc.constant("write" as const), handle: u32, offset: u64, append: u32, bytes }),
  fc.record({ op: fc.constant("path_set_times" as const), directory: u32, path: text, accessed: u64, modified: u64, flags: u32 }),
  fc.record({ op: fc.constant("rename" as const), directory: u32, path: text, toDirectory: u32, toPath: text }),
  fc.record({ op: fc.constant("http_send" as const), head: text, body: bytes }),
  fc.record({ op: fc.constant("storage_read" as const), path: text, offset: u64, length: u32 }),
);

describe("what a child and its parent say to each other", () => {
  it("comes back as it was", () => {
    fc.assert(fc.property(requests, (request) => void expect(decodeRequest(encodeRequest(request))).toEqual(request)));
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        u64,
        bytes,
        (code, value, content) =>
          void expect(decodeReply(encodeReply({ code, value, bytes: content }))).toEqual({ code, value, bytes: content }),
      ),
    );
  });

  it("is exactly that: cut, longer or other bytes are no message", () => {
    fc.assert(
      fc.property(requests, fc.nat(), (request, at) => {
        const encoded = encodeRequest(request);
        expect(decodeRequest(encoded.subarray(0, at % encoded.byteLength))).toBeUndefined();
        expect(decodeRequest(new Uint8Array([...encoded, 0]))).toBeUndefined();
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (any) => void decodeRequest(any)));
    expect(decodeReply(new Uint8Array(15))).toBeUndefined();
    expect(decodeReply(new Uint8Array(17))).toBeUndefined();
    expect(decodeRequest(new Uint8Array([250]))).toBeUndefined();
  });

  it("is bounded, and its texts are UTF-8", () => {
    const send = (head: string, body: number): HostRequest => ({ op: "http_send", head, body: new Uint8Array(body) });
    expect(decodeRequest(encodeRequest(send("x".repeat(MAX_TEXT_BYTES), MAX_CALL_BYTES)))?.op).toBe("http_send");
    expect(decodeRequest(encodeRequest(send("x".repeat(MAX_TEXT_BYTES + 1), 0)))).toBeUndefined();
    expect(decodeRequest(encodeRequest(send("", MAX_CALL_BYTES + 1)))).toBeUndefined();
    const encoded = encodeRequest({ op: "secret_read", name: "ab" });
    encoded[encoded.byteLength - 1] = 0xff;
    expect(decodeRequest(encoded)).toBeUndefined();
    expect(decodeReply(new Uint8Array(MAX_MESSAGE_BYTES + 1))).toBeUndefined();
  });
});
