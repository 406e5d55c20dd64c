/**
 * What a terminal obeys or what nobody can see: control characters, format characters (bidirectional marks, zero
 * width, tags, soft hyphens), lone surrogates, private and unassigned code points, separators of lines and paragraphs,
 * whatever Unicode calls default-ignorable, every space but the ordinary one, and what is drawn as one: braille without
 * a dot, the null notehead, the Khitan filler.
 */
export const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\u{16fe4}]|(?! )\p{Zs}/gu;

/** The text with each of those as `\u{202e}`, so that whoever looks at it sees what is there (T20). */
export function visible(text: string): string {
  return text.replace(UNSAFE, (unsafe) => `\\u{${(unsafe.codePointAt(0) ?? 0).toString(16)}}`);
}
