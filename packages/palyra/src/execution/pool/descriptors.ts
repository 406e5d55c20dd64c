/**
 * Descriptors that this program was started with beside the three (spec 10.3, T39): `flock 200>file`, shells and editors hand such on. Node closes what it
 * opens itself in whatever it starts, and of those that it found open the first alone, up to a gap: each sandbox process would have the others.
 */
import { openSync, readdirSync, readFileSync } from "node:fs";
import { devNull } from "node:os";

/** `O_CLOEXEC` of Linux, where alone they are looked for: macOS starts a process with nothing but what it is given, Windows too. */
const CLOSED_IN_CHILDREN = 0o2000000;

let known: readonly ("ignore" | number)[] | undefined;

/** What stands in a `stdio` behind its first three: the null device in place of each. They are of this program's start, and looked at once. */
export function coveredDescriptors(): readonly ("ignore" | number)[] {
  known ??= process.platform === "linux" ? covered() : [];
  return known;
}

/** Where nothing tells which there are (no `/proc`, no descriptor left to look with) nothing covers them, and no call fails for that. */
function covered(): readonly ("ignore" | number)[] {
  try {
    return covering(inherited());
  } catch {
    return [];
  }
}

function covering(descriptors: readonly number[]): readonly ("ignore" | number)[] {
  if (descriptors.length === 0) return [];
  const nothing = openSync(devNull, "r");
  return Array.from({ length: Math.max(...descriptors) - 2 }, (_, at) => (descriptors.includes(at + 3) ? nothing : "ignore"));
}

function inherited(): readonly number[] {
  return readdirSync("/proc/self/fd")
    .map(Number)
    .filter((descriptor) => descriptor > 2 && isHandedOn(descriptor));
}

function isHandedOn(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSED_IN_CHILDREN) === 0;
  } catch {
    // The folder's own, which is closed by now.
    return false;
  }
}
