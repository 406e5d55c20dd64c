import { UNSAFE, visible } from "../encoding/index.ts";

const ENTITIES: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text for HTML and XML, in an element or a quoted attribute. What nobody can see is made visible first (T20), and with it goes every
 * character that XML 1.0 forbids: controls, surrogates, U+FFFE and U+FFFF.
 */
export const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** `<U+202E>` for what nobody can see: for forms in which a backslash means something. */
export const marked = (text: string): string =>
  text.replace(UNSAFE, (unsafe) => `<U+${(unsafe.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`);
