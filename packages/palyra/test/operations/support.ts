import { tmpdir } from "node:os";
import { join } from "node:path";
import { compose } from "../../src/entry/compose.ts";
import type { Services } from "../../src/operations/services.ts";

/** Services of a home that is not there. */
export function signingServices(): Services {
  return compose({ stateRoot: join(tmpdir(), "palyra-none") }, { HOME: tmpdir() });
}
