/** What is fetched from elsewhere and is believed only for its signature: revocation lists. */
export { fetchList, sourceOf } from "./revocations.ts";
