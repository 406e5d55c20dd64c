/** Licences: SPDX expressions, and which of them a policy takes. */
export { type LicenseExpression, type LicenseReading, licenseText, parseLicense } from "./expression.ts";
export { isNameRefused, type LicenseTerms, licensesIn, refusedLicenses } from "./terms.ts";
