/** Longest slug, in characters. */
const MAX_SLUG = 96;

/**
 * The slug of a name (spec 11.8): ASCII letters and digits in lower case; blanks, dots, underscores and dashes become one dash, none
 * at either end; anything else is left out. Undefined where nothing is left, or more than 96 characters are.
 */
export function slugOf(name: string): string | undefined {
  const slug = name
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[ ._-]+/g, "-")
    .replace(/[^a-z0-9-]/g, "")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");
  return slug === "" || slug.length > MAX_SLUG ? undefined : slug;
}
