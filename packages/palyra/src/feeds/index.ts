/** What comes from elsewhere: revocation lists, believed only for their signatures; vulnerabilities, and statements about them. */
export {
  fetchedAt,
  fetchFeed,
  isAddress,
  type NamedFeed,
  NO_STATEMENTS,
  openFeed,
  readVexFiles,
  withoutSecrets,
} from "./osv/index.ts";
export { fetchList, sourceOf } from "./revocations.ts";
