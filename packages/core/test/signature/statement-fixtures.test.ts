// Files that must be read, and files named after the error that they must give; the fuzzer begins with the same.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseRevocationList, type VerifiedRevocationList, verifyRevocationList } from "../../src/signature/index.ts";
import { platforms } from "../platforms.ts";

const folder = (name: string): URL => new URL(`./fixtures/revocation-list/${name}/`, import.meta.url);
const files = (name: string): readonly string[] => readdirSync(fileURLToPath(folder(name))).sort();
const read = (name: string, file: string): Promise<readonly VerifiedRevocationList[]> => {
  const bytes = new Uint8Array(readFileSync(new URL(file, folder(name))));
  return Promise.all(platforms.map(async (platform) => verifyRevocationList(parseRevocationList(bytes, file), platform)));
};

describe("revocation lists", () => {
  it.each(files("accept"))("%s is read, on every platform", async (file) => {
    const [first, ...others] = await read("accept", file);
    expect(first?.terms).toMatchObject({ issuer: "acme-security", sequence: 7 });
    for (const other of others) expect(other).toEqual(first);
  });

  it.each(files("reject"))("%s is refused", async (file) => {
    await expect(read("reject", file)).rejects.toHaveCode(file.split("--")[0] ?? "");
  });

  it("there are files at all", () => {
    expect([files("accept").length, files("reject").length]).toEqual([3, 27]);
  });
});
