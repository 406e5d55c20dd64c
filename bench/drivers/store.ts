/** A state root with many small installed skills: `<root> <skills>`. */
import { compose } from "../../packages/palyra/src/entry/compose.ts";
import { forgeStore } from "../../testing/forge/store.ts";

const [root = "", skills = "1"] = process.argv.slice(2);
const { home } = compose({ stateRoot: root }, { HOME: root, PALYRA_VAULT_BACKEND: "encrypted_file" });
await forgeStore(
  home,
  { skills: Number(skills), moduleBytes: 64, assetBytes: 64 },
  {
    now: Date.now(),
    principal: "user:local",
    deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    channel: null,
    signal: new AbortController().signal,
    progress: () => {},
    warn: (text) => process.stderr.write(`${text}\n`),
  },
);
