import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { auditSkill, type Check, DEFAULT_POLICY, NO_FEED, RULES } from "palyra-skills/audit";
import { describe, expect, it, onTestFinished } from "vitest";
import { type NamedFeed, openFeed } from "../../packages/palyra/src/feeds/index.ts";
import { nodePlatform } from "../../packages/palyra/src/platform/node.ts";
import { buildCase } from "../published/build.ts";
import { PUBLISHED, type PublishedCase } from "../published/index.ts";
import { scratchFolder } from "../scratch.ts";

/** Issue 5, section 6: recall on attacks that nobody here invented. */
const MIN_CASES = 60;

async function auditOf({ skill }: Pick<PublishedCase, "skill">): Promise<readonly Check[]> {
  const trusted = await buildCase(skill, nodePlatform);
  const feed = await feedOf(skill.advisories ?? []);
  try {
    const options = { policy: DEFAULT_POLICY, platform: nodePlatform, now: 1_800_000_000_000, feed: feed.source };
    return (await auditSkill(trusted, options)).checks;
  } finally {
    feed.close();
  }
}

/** A feed is a folder of records; of none, there is no feed. */
async function feedOf(advisories: readonly object[]): Promise<Pick<NamedFeed, "source" | "close">> {
  if (advisories.length === 0) return { source: NO_FEED, close: () => {} };
  const folder = scratchFolder("published");
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "feed"));
  for (const [at, record] of advisories.entries()) await writeFile(join(folder, "feed", `${at}.json`), JSON.stringify(record));
  return openFeed(join(folder, "feed"), { cache: join(folder, "cache"), now: Date.now(), signal: new AbortController().signal });
}

describe("published attacks, rebuilt as skills", () => {
  it.each(PUBLISHED.map((each) => [each.id, each] as const))("%s", async (_, each) => {
    const said = (await auditOf(each)).filter(({ check_id }) => check_id === each.flags.check).map(({ status }) => status);
    expect(
      each.flags.status === "fail" ? said.includes("fail") : said.includes("warn") || said.includes("fail"),
      said.join(),
    ).toBe(true);
  });

  it("are as many as were promised, each of one name and with its source", () => {
    expect(PUBLISHED.length).toBeGreaterThanOrEqual(MIN_CASES);
    expect(new Set(PUBLISHED.map(({ id }) => id)).size).toBe(PUBLISHED.length);
    for (const { source, flags } of PUBLISHED) {
      expect(source.url).toMatch(/^https:\/\//);
      expect(RULES.map(({ id }) => id)).toContain(flags.check);
    }
  });

  it("are told from a plain skill of the same build, which has nothing to say", async () => {
    const said = (await auditOf({ skill: {} })).filter(({ status }) => status !== "pass").map(({ check_id }) => check_id);
    expect(said).toEqual(["vulnerability_feed_hook"]);
  });
});
