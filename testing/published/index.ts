export type { PublishedCase } from "./case.ts";

import type { PublishedCase } from "./case.ts";
import { IMPORTS, LEFTOVERS, REFUSED } from "./modules.ts";
import { NAMES, PAPERS, SCHEMAS, VULNERABLE } from "./papers.ts";
import { SECRETS } from "./secrets.ts";
import { HIDDEN, INSTRUCTIONS } from "./words.ts";

export const PUBLISHED: readonly PublishedCase[] = [
  ...HIDDEN,
  ...INSTRUCTIONS,
  ...IMPORTS,
  ...REFUSED,
  ...LEFTOVERS,
  ...SECRETS,
  ...PAPERS,
  ...SCHEMAS,
  ...VULNERABLE,
  ...NAMES,
];
