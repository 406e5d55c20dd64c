import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeUtf8, type JsonObject, writeJson } from "palyra-skills/encoding";
import { expect, it } from "vitest";
import { describeShared, repositoryRoot, shared } from "../../../../testing/shared.ts";
import { DEVIATIONS } from "../../src/conformance/index.ts";
import { tryCases } from "../../src/conformance/run.ts";
import { answerTo } from "../../src/conformance/serve.ts";
import { loadCases } from "../../src/conformance/vectors.ts";
import { nodePlatform } from "../../src/platform/index.ts";

const tools = { platform: nodePlatform, now: () => 1_800_000_000_000 };
const ask = (op: string, request: JsonObject) => answerTo(encodeUtf8(writeJson({ op, ...request })), tools);

describeShared("conformance", "every vector of ../shared/conformance agrees", () => {
  it.each(["manifest", "artifact", "audit", "trust", "keys", "build", "fuel"])("%s", async (area) => {
    const cases = (await loadCases(shared("conformance"))).filter((each) => each.area === area);
    expect(cases.length).toBeGreaterThan(50);
    const report = await tryCases(cases, ask);
    const known = new Set(DEVIATIONS.map(({ vector }) => vector));
    const differences = report.areas
      .flatMap(({ differences: found }) => found)
      .filter((each) => !known.has(`${area}/${each.case}`));
    expect(differences).toEqual([]);
    expect(report.agreed + DEVIATIONS.filter(({ vector }) => vector.startsWith(`${area}/`)).length).toBe(cases.length);
  });
});

it("each deviation from a vector is told in docs/interoperability.md, with its clause", () => {
  const lines = readFileSync(join(repositoryRoot, "docs/interoperability.md"), "utf8").split("\n");
  for (const { vector, clause } of DEVIATIONS)
    expect(
      lines.filter((line) => line.includes(vector) && line.includes(clause)),
      vector,
    ).toHaveLength(1);
});
