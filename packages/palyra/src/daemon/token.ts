/** The admin token, as an operator gives it (spec 8). */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { PalyraError } from "../errors.ts";
import { io } from "../files/index.ts";
import { safe } from "../operations/wording/safe.ts";

/** Characters; of fewer somebody can guess. 32 hex digits of a random generator have 128 bits. */
export const GOOD_TOKEN_LENGTH = 16;
const MAX_TOKEN_LENGTH = 512;

/**
 * What an `Authorization` header can carry; beyond this machine one that nobody can guess, where guesses are not few. The token is in no
 * message. `Usage`.
 */
export function requireToken(token: string, what: string, isLocal: boolean): string {
  const hint = "openssl rand -hex 32 makes one";
  if (token.length < GOOD_TOKEN_LENGTH && !isLocal) {
    const problem = `${what} has fewer than ${GOOD_TOKEN_LENGTH} characters, which is not enough beyond this machine`;
    throw new PalyraError("Usage", { problem, hint });
  }
  if (token.length > MAX_TOKEN_LENGTH || !/^[!-~]+$/.test(token)) {
    const problem = `${what} is no token: at most ${MAX_TOKEN_LENGTH} printable ASCII characters, no blanks`;
    throw new PalyraError("Usage", { problem, hint });
  }
  return token;
}

/**
 * The text of a token file, without a final line feed. Refused where others can read it: it belongs to this user and has no bits for group and
 * others, or to root and has none for others (what systemd hands a service is root's, and readable to it by its group). `Usage`, `Io`.
 */
export async function readTokenFile(file: string): Promise<string> {
  const handle = await io("read", file, () => open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const stat = await io("read", file, () => handle.stat());
    const problem = !stat.isFile()
      ? "is no regular file"
      : stat.size > 2 * MAX_TOKEN_LENGTH
        ? "is too large"
        : readersProblem(stat);
    if (problem !== undefined)
      throw new PalyraError("Usage", {
        problem: `the token file ${safe(file)} ${problem}`,
        hint: "chmod 600 it; it holds the token and nothing else",
      });
    return (await io("read", file, () => handle.readFile("latin1"))).replace(/\r?\n$/, "");
  } finally {
    await handle.close();
  }
}

function readersProblem({ mode, uid }: { readonly mode: number; readonly uid: number }): string | undefined {
  if (process.platform === "win32") return undefined;
  const mine = process.getuid?.();
  if (uid !== mine && uid !== 0) return "belongs to somebody else";
  return (mode & (uid === 0 && mine !== 0 ? 0o037 : 0o077)) === 0 ? undefined : "can be read by others";
}
