/**
 * A value with numbers and objects in one form, to compare ours with the vectors': bigints and `{"$int": "…"}` as
 * digits with an `n`, `{"$float": "1.0"}` as the number, objects as sorted pairs, so that `__proto__` is a key like any other.
 */
export function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}n`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const pairs = Object.entries(value);
  const [first] = pairs;
  if (pairs.length === 1 && first !== undefined) {
    const [key, text] = first;
    if (key === "$int" && typeof text === "string") return `${text}n`;
    if (key === "$float" && typeof text === "string") return Number(text);
  }
  return { pairs: pairs.map(([key, member]) => [key, plain(member)]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) };
}
