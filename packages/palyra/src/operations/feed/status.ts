import * as v from "valibot";
import { operation } from "../operation.ts";
import { describeFeed, type FeedDocument } from "./shared.ts";

export const status = operation({
  input: v.strictObject({}),
  places: [],
  examples: ["skills feed status", "skills feed status --json"],
  notes:
    "The feed that PALYRA_SKILL_AUDIT_VULN_FEED_HOOK names: a folder of OSV records, a zip as OSV publishes it, a file with a record a line (.jsonl, .jsonl.gz), or an https address of any of these. Fetches nothing. Exits with 1 where it cannot be read.",
  errors: ["Io"],
  run: ({ settings }, _input, call): Promise<FeedDocument> => describeFeed(settings, call),
  failed: ({ state }) => state === "unreadable",
});
