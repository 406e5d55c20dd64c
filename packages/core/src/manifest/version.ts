/** A part is a u32. */
const MAX_PART = 2 ** 32 - 1;
const CANONICAL = /^(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,9})$/;

/**
 * The parts of `major.minor.patch` (spec 2.1), undefined for anything else. Only the canonical form is a version: `01.0.0`,
 * `+1.0.0` and ` 1.0.0` would be further names of one, and dodge its quarantine (T4).
 */
export function parseVersion(text: string): readonly [number, number, number] | undefined {
  const parts = CANONICAL.exec(text);
  if (parts === null) return undefined;
  const [major, minor, patch] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return major > MAX_PART || minor > MAX_PART || patch > MAX_PART ? undefined : [major, minor, patch];
}

/** Orders versions by their numbers: negative, zero or positive. A text that is no version comes before all that are. */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined || right !== undefined) return left === undefined ? -1 : 1;
    return a < b ? -1 : Number(a > b);
  }
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
