/** A text of its own: a part of another keeps the whole of that, which is a manifest, or an index. */
export const ownText = (text: string): string => Buffer.from(text, "utf8").toString("utf8");
