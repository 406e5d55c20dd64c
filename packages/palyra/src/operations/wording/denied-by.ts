import { listed, safe } from "./safe.ts";

interface Asked {
  readonly action: string;
  readonly resource: string;
}

export const asked = ({ action, resource }: Asked): string => `${action} on ${resource}`;

/** What of a launch policy does not let happen, and which policies say so. */
export function deniedBy({
  by,
  errors,
  ...each
}: Asked & { readonly by: readonly string[]; readonly errors: readonly string[] }): string {
  if (errors.length > 0) return `${safe(asked(each))}: a policy could not be evaluated: ${listed(errors, 2)}`;
  return `${safe(asked(each))}: ${by.length === 0 ? "no policy permits it" : `forbidden by ${listed(by)}`}`;
}
