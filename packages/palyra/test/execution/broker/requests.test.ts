/** A child that is anybody's: whatever it asks of the files, it is answered with a number, and what is outside stays as it is (T43). */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { scratchFolder } from "../../../../../testing/scratch.ts";
import type { FileRequest } from "../../../src/execution/broker/files.ts";
import { rooted } from "./roots.ts";

const handle = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1) },
  { weight: 4, arbitrary: fc.integer({ min: 2, max: 6 }) },
  fc.constantFrom(7, 255, 2 ** 31, 2 ** 32 - 1),
);
const names = fc.constantFrom(
  "a",
  "b",
  "file",
  "out",
  "hard",
  "pipe",
  "..",
  ".",
  "",
  "x".repeat(255),
  "x".repeat(256),
  "\0",
  "\u{10ffff}",
);
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("hard", "out", "out/secret", "out/new", "file", "a", "a/b", "../in/file") },
  fc.array(names, { maxLength: 4 }).map((parts) => parts.join("/")),
);
const large = fc.constantFrom(0n, 1n, 700n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n);
const small = fc.constantFrom(0, 1, 24, 4096, 2 ** 20, 2 ** 32 - 1);
const flags = fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constantFrom(64, 2 ** 31, 2 ** 32 - 1));
const times = { accessed: large, modified: large, flags };
const request: fc.Arbitrary<FileRequest> = fc.oneof(
  fc.record({ op: fc.constant("open" as const), directory: handle, path, flags }),
  fc.record({
    op: fc.constant("open" as const),
    directory: fc.constantFrom(0, 1),
    path: fc.constantFrom("hard", "file", "a"),
    flags: fc.constantFrom(8, 16, 33, 48),
  }),
  fc.record({ op: fc.constant("close" as const), handle }),
  fc.record({ op: fc.constant("read" as const), handle, offset: large, length: small }),
  fc.record({
    op: fc.constant("write" as const),
    handle,
    offset: large,
    append: fc.constantFrom(0, 1, 9),
    bytes: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({ op: fc.constant("stat" as const), handle }),
  fc.record({ op: fc.constant("set_size" as const), handle, size: large }),
  fc.record({ op: fc.constant("set_times" as const), handle, ...times }),
  fc.record({ op: fc.constant("allocate" as const), handle, offset: large, length: large }),
  fc.record({ op: fc.constant("sync" as const), handle }),
  fc.record({ op: fc.constant("list" as const), directory: handle, cookie: large, length: small }),
  fc.record({ op: fc.constant("path_stat" as const), directory: handle, path }),
  fc.record({ op: fc.constant("path_set_times" as const), directory: handle, path, ...times }),
  fc.record({ op: fc.constant("make_directory" as const), directory: handle, path }),
  fc.record({ op: fc.constant("remove_directory" as const), directory: handle, path }),
  fc.record({ op: fc.constant("unlink" as const), directory: handle, path }),
  fc.record({ op: fc.constant("rename" as const), directory: handle, path, toDirectory: handle, toPath: path }),
);

it("T43: any sequence of requests is answered, and nothing outside the roots changes", () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 20, maxLength: 60, size: "max" }), (all) => {
      const outside = scratchFolder("outside");
      writeFileSync(join(outside, "secret"), "outside");
      const before = statSync(join(outside, "secret"), { bigint: true });
      const limits = { writtenBytes: 2000, fileBytes: 1000, created: 10, handles: 8, entries: 10, looked: 200 };
      const { files, at, state } = rooted(
        [
          { name: "work", write: true },
          { name: "in", write: false },
        ],
        limits,
      );
      mkdirSync(at("work", "a", "b"), { recursive: true });
      symlinkSync(outside, at("work", "out"));
      linkSync(join(outside, "secret"), at("work", "hard"));
      writeFileSync(at("in", "file"), "text");
      const read = statSync(at("in", "file"), { bigint: true });
      for (const each of all) {
        const { code } = files.handle(each);
        expect(Number.isInteger(code) && code >= 0 && code <= 76).toBe(true);
      }
      const after = statSync(join(outside, "secret"), { bigint: true });
      expect([after.mtimeNs, after.size]).toEqual([before.mtimeNs, before.size]);
      expect(readFileSync(join(outside, "secret"), "utf8")).toBe("outside");
      expect(readdirSync(outside)).toEqual(["secret"]);
      expect(readdirSync(at("in"))).toEqual(["file"]);
      expect(statSync(at("in", "file"), { bigint: true })).toMatchObject({ mtimeNs: read.mtimeNs, size: read.size });
      expect(readdirSync(state)).toEqual(["skill-data"]);
      expect(existsSync(at("x"))).toBe(false);
      files.close();
    }),
    { numRuns: 100 },
  );
});
