// A process of its own for the tests: changes or reads some secrets of a vault, or moves its key.
import { parseReference } from "../../src/vault/index.ts";
import { folderKeychain, noKeychain, vaultIn } from "./support.ts";

const [folder = "", verb, reference = "", value = "", times = "1"] = process.argv.slice(2);
const kept = process.env["TEST_KEYCHAIN"];
const passphrase = new TextEncoder().encode("correct horse");
const vault = vaultIn(folder, {
  keychain: kept === undefined ? noKeychain : folderKeychain(kept),
  passphrase: async () => passphrase.slice(),
});
const call = { now: 2_000, signal: new AbortController().signal };

if (verb === "rekey") {
  const to = (["keychain", "key_file", "passphrase"] as const).find((place) => place === reference);
  if (to === undefined) throw new Error(`no place: ${reference}`);
  await vault.rekey({ to, passphrase }, call);
} else {
  for (let round = 0; round < Number(times); round += 1) {
    const name = parseReference(verb === "each" ? `${reference}.${round}` : reference);
    if (name === undefined) throw new Error(`no reference: ${reference}`);
    if (verb === "delete") await vault.delete(name, call);
    else if (verb === "read") {
      const found = await vault.get(name);
      if (Buffer.from(found?.value ?? []).toString() !== value) throw new Error("another value");
    } else await vault.set(name, Buffer.from(value), call);
  }
}
