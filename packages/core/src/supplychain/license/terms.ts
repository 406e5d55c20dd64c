/** What licences a policy takes: an expression is fine as long as one way of reading its ORs is. */
import { isLicenseId, type LicenseExpression, licenseText } from "./expression.ts";

export interface LicenseTerms {
  /** Ids, whole `id WITH exception`, or names; one that ends in `*` stands for all that begin so. */
  readonly denied: readonly string[];
  /** Empty: all that are not denied. */
  readonly allowed: readonly string[];
}

/** The licences for which an expression is refused; none where it is not. */
export function refusedLicenses(expression: LicenseExpression, terms: LicenseTerms): readonly string[] {
  if (expression.kind === "license") {
    return isRefused(namesOf(expression), terms) ? [licenseText(expression)] : [];
  }
  const refused = expression.parts.map((part) => refusedLicenses(part, terms));
  // Whoever may choose chooses what is fine.
  if (expression.kind === "or" && refused.some((each) => each.length === 0)) return [];
  return [...new Set(refused.flat())];
}

/** All that it is called in lists of a policy: as it is written, without its exception, and by the other of SPDX's two ids for it. */
function namesOf(license: Extract<LicenseExpression, { kind: "license" }>): readonly string[] {
  const { id, orLater, exception } = license;
  const own = [id, ...(orLater ? [`${id}+`] : []), ...twins(id, orLater)];
  return [licenseText(license), ...own, ...(exception === undefined ? [] : own.map((name) => `${name} WITH ${exception}`))];
}

/** `AGPL-3.0`, deprecated, is `AGPL-3.0-only`; `GPL-2.0+` is `GPL-2.0-or-later`; `GPL-2.0-with-…-exception` is `GPL-2.0-only` with it. */
function twins(id: string, orLater: boolean): readonly string[] {
  const [, withException] = /^(.+)-with-[\w-]+-exception$/i.exec(id) ?? [];
  if (withException !== undefined) return [withException, `${withException}-only`];
  const only = /^(.+)-only$/.exec(id)?.[1];
  if (only !== undefined) return [only];
  const later = /^(.+)-or-later$/.exec(id)?.[1];
  if (later !== undefined) return [`${later}+`];
  return [orLater ? `${id}-or-later` : `${id}-only`].filter(isLicenseId);
}

/** A name that is no expression: it is compared as it is written. */
export const isNameRefused = (name: string, terms: LicenseTerms): boolean => isRefused([name], terms);

function isRefused(names: readonly string[], { denied, allowed }: LicenseTerms): boolean {
  const matches = (list: readonly string[]) => list.some((pattern) => names.some((name) => matchesName(pattern, name)));
  return matches(denied) || (allowed.length > 0 && !matches(allowed));
}

function matchesName(pattern: string, name: string): boolean {
  const [wanted, given] = [pattern.trim().toLowerCase(), name.trim().toLowerCase()];
  return wanted.endsWith("*") ? given.startsWith(wanted.slice(0, -1)) : given === wanted;
}

/** Every licence that an expression names, whichever way it is read. */
export function licensesIn(expression: LicenseExpression): readonly string[] {
  return expression.kind === "license" ? [licenseText(expression)] : [...new Set(expression.parts.flatMap(licensesIn))];
}
