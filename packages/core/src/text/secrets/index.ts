/** What was left behind in some bytes: keys and tokens, paths, other files; bytes in, matches out (spec 4.4). */
export { type DenseRun, denseRuns } from "./density.ts";
export {
  type ByteRange,
  findSecrets,
  findTraces,
  MAX_SECRETS,
  type SecretMatch,
  type TraceMatch,
  type Traces,
} from "./scan.ts";
