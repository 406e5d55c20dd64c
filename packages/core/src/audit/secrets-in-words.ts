import { MANIFEST_PATH } from "../archive/index.ts";
import type { JsonObject } from "../encoding/index.ts";
import type { Finding } from "./finding.ts";
import { MAX_LISTED_FINDINGS, quoted, shortened } from "./wording.ts";

/** A secret that the manifest asks for and will never get: one key, or a whole scope. */
export interface RefusedSecret {
  /** Of the request among `capabilities.secrets`. */
  readonly index: number;
  readonly scope: string;
  readonly key?: string;
  readonly problem: string;
}

export const secretInWords = ({ scope, key, problem }: RefusedSecret): string =>
  `${key === undefined ? quoted(scope) : `${quoted(key)} of ${quoted(scope)}`} (${problem})`;

export const secretDetails = (refused: readonly RefusedSecret[]): JsonObject => ({
  count: refused.length,
  secrets: refused.slice(0, MAX_LISTED_FINDINGS).map(({ scope, key, problem }) => ({
    scope: shortened(scope),
    ...(key === undefined ? {} : { key: shortened(key) }),
    problem,
  })),
});

export const secretFindings = (
  refused: readonly (RefusedSecret & Pick<Finding, "code" | "status">)[],
  advice: string,
): readonly Finding[] =>
  refused.map(({ index, scope, key, code, status, problem }) => ({
    code,
    status,
    message: `${quoted(key ?? scope)}: ${problem}. ${advice}`,
    place: { file: MANIFEST_PATH, field: `capabilities.secrets[${index}].${key === undefined ? "scope" : "key_names"}` },
    quote: shortened(key ?? scope),
  }));
