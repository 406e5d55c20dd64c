import * as v from "valibot";
import { fetchFeed, isAddress } from "../../feeds/index.ts";
import { readFeedKey } from "../../lifecycle/record-key.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { operation } from "../operation.ts";
import { feedCache } from "../shared/scanning.ts";
import { describeFeed, type FeedDocument, requireNamedFeed } from "./shared.ts";

export interface FeedRefreshDocument extends FeedDocument {
  /** It is another than the one that was here. */
  readonly changed: boolean;
}

export const refresh = operation({
  input: v.strictObject({}),
  places: [],
  examples: ["skills feed refresh", "skills feed refresh --json"],
  notes:
    "Fetches a feed that is an https address, and indexes it; one that is a file or a folder is indexed where it changed. Audits fetch nothing: they read what is here, and say how old it is. The daemon does it before a re-audit, every six hours.",
  errors: ["FeedUnreachable", "UnsafeStateRoot", "VaultUnavailable", "Usage", "Io"],
  run: async ({ home, settings }, _input, call): Promise<FeedRefreshDocument> => {
    const hook = requireNamedFeed(settings);
    await checkStateRoot(home);
    const before = await describeFeed(settings, call);
    if (isAddress(hook)) {
      call.progress("fetching the vulnerability feed");
      const { now, signal } = call;
      await fetchFeed(hook, feedCache(settings), { now, signal, key: await readFeedKey(home) });
    }
    const after = await describeFeed(settings, call);
    return { ...after, changed: after.sha256 !== before.sha256 };
  },
  failed: ({ state }) => state === "unreadable",
});
