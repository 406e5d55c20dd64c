/**
 * SPDX licence expressions (SPDX 2.3, annex D): `MIT OR (GPL-2.0-only WITH Classpath-exception-2.0 AND LicenseRef-ours)`. Ids are taken in
 * any case, as the annex wants, and given as the list writes them; AND binds before OR.
 */
import { EXCEPTION_IDS, LICENSE_IDS } from "./ids.ts";

export type LicenseExpression =
  | { readonly kind: "license"; readonly id: string; readonly orLater: boolean; readonly exception?: string }
  | { readonly kind: "and" | "or"; readonly parts: readonly LicenseExpression[] };

export type LicenseReading =
  | { readonly ok: true; readonly expression: LicenseExpression }
  | { readonly ok: false; readonly problem: string };

/** UTF-16 code units; the longest in use have some hundreds. */
const MAX_EXPRESSION_LENGTH = 4096;
/** Parentheses within parentheses. */
const MAX_EXPRESSION_DEPTH = 64;

const byLowerCase = (ids: string): ReadonlyMap<string, string> =>
  new Map(ids.split(/\s+/).flatMap((id) => (id === "" ? [] : [[id.toLowerCase(), id]])));
const LICENSES = byLowerCase(LICENSE_IDS);
const EXCEPTIONS = byLowerCase(EXCEPTION_IDS);

/** Whether SPDX's list has that id, in any case. */
export const isLicenseId = (id: string): boolean => LICENSES.has(id.toLowerCase());

export function parseLicense(text: string): LicenseReading {
  if (text.length > MAX_EXPRESSION_LENGTH) return { ok: false, problem: `it has more than ${MAX_EXPRESSION_LENGTH} characters` };
  const reader = new ExpressionReader(text.match(/[()]|[^\s()]+/g) ?? []);
  try {
    return { ok: true, expression: reader.whole() };
  } catch (fault) {
    if (fault instanceof ExpressionFault) return { ok: false, problem: fault.message };
    throw fault;
  }
}

class ExpressionFault extends Error {}

class ExpressionReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  whole(): LicenseExpression {
    const expression = this.#operands("or", 0);
    const left = this.#tokens[this.#at];
    if (left !== undefined) throw new ExpressionFault(`\`${left}\` stands where AND, OR or the end is expected`);
    return expression;
  }

  #operands(kind: "and" | "or", depth: number): LicenseExpression {
    const next = () => (kind === "or" ? this.#operands("and", depth) : this.#operand(depth));
    const first = next();
    const parts = [first];
    while (this.#tokens[this.#at]?.toLowerCase() === kind) {
      this.#at++;
      parts.push(next());
    }
    return parts.length === 1 ? first : { kind, parts };
  }

  #operand(depth: number): LicenseExpression {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new ExpressionFault("it ends where a licence is expected");
    if (token !== "(") return this.#license(token);
    if (depth >= MAX_EXPRESSION_DEPTH) throw new ExpressionFault(`parentheses are more than ${MAX_EXPRESSION_DEPTH} deep`);
    const inner = this.#operands("or", depth + 1);
    if (this.#tokens[this.#at++] !== ")") throw new ExpressionFault("a parenthesis is not closed");
    return inner;
  }

  #license(token: string): LicenseExpression {
    const orLater = token.endsWith("+");
    const written = orLater ? token.slice(0, -1) : token;
    const isOwn = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/.test(written);
    // `GPL-2.0+` is an id of the list, a deprecated one; `Apache-2.0+` is not, and is written with the sign.
    const id = LICENSES.get(written.toLowerCase()) ?? (isOwn && !orLater ? written : undefined);
    if (id === undefined) throw new ExpressionFault(`\`${token}\` is no licence of SPDX's list`);
    const exception = this.#exception();
    return { kind: "license", id, orLater, ...(exception === undefined ? {} : { exception }) };
  }

  #exception(): string | undefined {
    if (this.#tokens[this.#at]?.toLowerCase() !== "with") return undefined;
    this.#at++;
    const token = this.#tokens[this.#at++] ?? "";
    const own = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?AdditionRef-[A-Za-z0-9.-]+$/.test(token) ? token : undefined;
    const exception = EXCEPTIONS.get(token.toLowerCase()) ?? own;
    if (exception === undefined) throw new ExpressionFault(`\`${token}\` is no exception of SPDX's list`);
    return exception;
  }
}

/** As one would write it: `GPL-2.0-only WITH Classpath-exception-2.0`. */
export function licenseText({ id, orLater, exception }: Extract<LicenseExpression, { kind: "license" }>): string {
  return `${id}${orLater ? "+" : ""}${exception === undefined ? "" : ` WITH ${exception}`}`;
}
