import { fromBase64, toHex } from "../../encoding/index.ts";
import { type LockedHash, lockedHash } from "./lock.ts";

/** `sha512-<base64>`, several apart by blanks (https://www.w3.org/TR/SRI/): what npm, Yarn 1 and pnpm write. */
export function integrityHashes(integrity: string | undefined): readonly LockedHash[] {
  return (integrity ?? "").split(/\s+/).flatMap((each) => {
    const dash = each.indexOf("-");
    const [encoded = ""] = each.slice(dash + 1).split("?");
    const bytes = dash < 1 ? undefined : fromBase64(encoded);
    return bytes === undefined ? [] : lockedHash(each.slice(0, dash), toHex(bytes));
  });
}
