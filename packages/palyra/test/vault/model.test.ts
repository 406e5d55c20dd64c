// A vault beside the plainest model of one: a map. Any sequence of writes, moves of the key and other processes' eyes gives the same.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseReference, type SecretName } from "../../src/vault/index.ts";
import { temporaryFolder } from "../cli/support.ts";
import { folderKeychain, vaultIn } from "./support.ts";

const NAMES = ["global/a", "global/b", "skill:a.b/a"] as const;
const name = fc.constantFrom(...NAMES);
const value = fc.uint8Array({ minLength: 1, maxLength: 8 });
const step = fc.oneof(
  fc.record({ do: fc.constant("set" as const), name, value }),
  fc.record({ do: fc.constant("add" as const), name, value }),
  fc.record({ do: fc.constant("replace" as const), name, value, fits: fc.boolean() }),
  fc.record({ do: fc.constant("delete" as const), name }),
  fc.record({
    do: fc.constant("rekey" as const),
    to: fc.constantFrom("key_file" as const, "keychain" as const, "passphrase" as const),
  }),
);

function nameOf(reference: string): SecretName {
  const parsed = parseReference(reference);
  if (parsed === undefined) throw new Error(reference);
  return parsed;
}

describe("the vault as a map", () => {
  it("holds what was put in, wherever its key is, and leaves nothing beside it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const folder = join(temporaryFolder(), "vault");
        const passphrase = async () => new TextEncoder().encode("pw");
        const access = { keychain: folderKeychain(`${folder}.keychain`), passphrase };
        const vault = vaultIn(folder, access);
        const model = new Map<string, Uint8Array>();
        let now = 0;
        for (const each of steps) {
          now += 1;
          const call = { now, signal: new AbortController().signal };
          if (each.do === "rekey") {
            await vault.rekey({ to: each.to, passphrase: await passphrase() }, call);
            expect(await vault.keyPlace()).toBe(each.to);
            continue;
          }
          const before = model.get(each.name);
          const secret = nameOf(each.name);
          if (each.do === "delete") {
            expect(await vault.delete(secret, call)).toBe(model.delete(each.name));
            continue;
          }
          if (each.do === "set") await vault.set(secret, each.value, call);
          if (each.do === "add") expect(await vault.add(secret, each.value, call)).toBe(before === undefined);
          if (each.do === "replace") {
            const from = each.fits ? before : new Uint8Array([...(before ?? []), 1]);
            expect(await vault.replace(secret, from, each.value, call)).toBe(each.fits);
          }
          if (each.do === "set" || (each.do === "add" && before === undefined) || (each.do === "replace" && each.fits))
            model.set(each.name, each.value);
        }
        // As another process sees it.
        const seen = vaultIn(folder, access);
        for (const reference of NAMES) expect((await seen.get(nameOf(reference)))?.value).toEqual(model.get(reference));
        for (const scope of ["global", "skill:a.b"] as const) {
          const keys = NAMES.filter((each) => each.startsWith(`${scope}/`) && model.has(each)).map((each) =>
            each.slice(scope.length + 1),
          );
          expect((await seen.list(nameOf(`${scope}/a`).scope)).map(({ key }) => key)).toEqual(keys);
        }
        if ((await seen.keyPlace()) === undefined) return;
        const files = readdirSync(folder);
        expect(files.filter((file) => /\.(key|key\.age)$/.test(file))).toHaveLength(
          (await seen.keyPlace()) === "keychain" ? 0 : 1,
        );
        for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      }),
      { numRuns: 25 },
    );
  });
});
