/** Secrets that were left behind: bytes in, matches out (spec 4.4 `embedded_secrets`). */
export { type ByteRange, findSecrets, MAX_SECRETS, type SecretMatch } from "./scan.ts";
