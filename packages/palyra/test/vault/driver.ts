// A process of its own for the tests: `set` or `delete` some secrets of a vault.
import { ageFileVault, parseReference } from "../../src/vault/index.ts";

const [folder = "", verb, reference = "", value = "", times = "1"] = process.argv.slice(2);
const name = parseReference(reference);
if (name === undefined) throw new Error(`no reference: ${reference}`);
const vault = ageFileVault(folder);
const call = { now: 2_000, signal: new AbortController().signal };
for (let round = 0; round < Number(times); round += 1) {
  if (verb === "delete") await vault.delete(name, call);
  else if (verb === "each") {
    const numbered = parseReference(`${reference}.${round}`);
    if (numbered !== undefined) await vault.set(numbered, Buffer.from(value), call);
  } else await vault.set(name, Buffer.from(value), call);
}
