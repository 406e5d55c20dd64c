import { encodeUtf8 } from "../encoding/index.ts";
import type { IntegrityFile } from "./manifest.ts";
import { parseManifestText } from "./parse.ts";

/**
 * The manifest that is packed (spec 1.4): the author's own text, comments and order kept, with whatever it says of
 * `integrity` taken out and the files of the artifact written at its end, as given. Byte order mark and line ends stay
 * the author's. Packing what was packed gives the same bytes. Throws what `parseManifest` throws.
 */
export function packManifest(bytes: Uint8Array, files: readonly IntegrityFile[]): Uint8Array<ArrayBuffer> {
  const { text, bom, tree } = parseManifestText(bytes);
  let kept = "";
  let end = 0;
  for (const statement of tree.statements) {
    if (statement.rootKey !== "integrity") continue;
    kept += text.slice(end, text.lastIndexOf("\n", statement.start - 1) + 1);
    end = statement.end;
  }
  kept += text.slice(end);
  const newline = /\r?\n/.exec(text)?.[0] ?? "\n";
  const blocks = files.map(({ path, sha256 }) =>
    ["", "[[integrity.files]]", `path = ${quoted(path)}`, `sha256 = ${quoted(sha256)}`, ""].join(newline),
  );
  return encodeUtf8(`${bom ? "\ufeff" : ""}${withoutBlankEnd(kept)}${newline}${blocks.join("")}`);
}

/** Without line ends and white space after the last statement or comment. */
function withoutBlankEnd(text: string): string {
  let end = text.length;
  while (end > 0 && " \t\r\n".includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** A basic string of TOML 1.0. */
function quoted(text: string): string {
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]/g, (char) =>
    char === '"' || char === "\\" ? `\\${char}` : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}
