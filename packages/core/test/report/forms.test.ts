import { readFileSync } from "node:fs";
import ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { parse } from "parse5";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { describeShared, shared } from "../../../../testing/shared.ts";
import { UNSAFE } from "../../src/encoding/index.ts";
import {
  htmlReport,
  jsonReport,
  junitReport,
  MAX_MARKDOWN,
  markdownReport,
  type Report,
  sarifReport,
  textReport,
  totalsOf,
} from "../../src/report/index.ts";
import { audit, trustedSkill } from "../audit/skills.ts";
import { nodePlatform } from "../platforms.ts";
import { acceptances, check, hostileReports, plainCheck, reportOf, skill } from "./samples.ts";

const RUNS = { numRuns: 200 };
const always = (body: (report: Report) => void): void => {
  const run = (report: Report): void => {
    body(report);
  };
  fc.assert(fc.property(hostileReports, run), RUNS);
};

/** Nothing but letters that everybody sees, and ends of lines. */
const expectVisible = (text: string) => expect(text.replaceAll("\n", "").match(UNSAFE)).toBeNull();

const sample = () => {
  const audited = {
    path: "dist/echo.palyra-skill",
    report: skill(
      plainCheck("signature_validity", "pass"),
      plainCheck("vulnerability_feed_hook", "warn", "No feed is named."),
      plainCheck("wasm_portability", "skipped", "Node 20 cannot run it."),
      check("skill_id_namespace", [
        { code: "foreign", place: { file: "skill.toml", line: 2, column: 11 }, quote: "other.echo" },
        { code: "kept", place: { file: "modules/echo.wasm", offset: 77 }, quote: "x" },
      ]),
    ),
    bytesOf: () => new TextEncoder().encode('name = "x"\nid = "ö"  other.echo\n'),
  };
  return reportOf(
    [audited],
    acceptances(audited, (at) => at === 3),
  );
};

describeShared("corpora/sarif", "SARIF", () => {
  const official = new ajv.default({ strict: false, allErrors: true });
  addFormats.default(official);
  const validate = official.compile(JSON.parse(readFileSync(shared("corpora", "sarif", "sarif-schema-2.1.0.json"), "utf8")));
  const valid = (text: string): unknown => {
    const log: unknown = JSON.parse(text);
    validate(log);
    expect(validate.errors ?? []).toEqual([]);
    return log;
  };

  it("is valid under the official schema, whatever strangers wrote", () => {
    always((report) => {
      const text = sarifReport(report);
      valid(text);
      expectVisible(text);
    });
  });

  it("holds a check that could fail", () => {
    validate({ version: "2.1.0", runs: [{}] });
    expect(validate.errors).not.toBeNull();
  });

  it("has places, fingerprints, suppressions and what GitHub needs", () => {
    expect(valid(sarifReport(sample()))).toMatchObject({
      runs: [
        {
          columnKind: "unicodeCodePoints",
          artifacts: [
            { location: { uri: "dist/echo.palyra-skill" } },
            { location: { uri: "dist/echo.palyra-skill!/skill.toml" }, parentIndex: 0 },
            { location: { uri: "dist/echo.palyra-skill!/modules/echo.wasm" }, parentIndex: 0 },
          ],
          invocations: [{ toolExecutionNotifications: [{ associatedRule: { id: "wasm_portability" } }] }],
          results: [
            { ruleId: "vulnerability_feed_hook", level: "warning", suppressions: [] },
            {
              ruleId: "skill_id_namespace",
              level: "error",
              locations: [{ physicalLocation: { region: { startLine: 2, startColumn: 11, snippet: { text: "other.echo" } } } }],
              partialFingerprints: {
                "palyraSkillFinding/v1": expect.stringMatching(/^[0-9a-f]{64}$/),
                primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{16}:1$/),
              },
              suppressions: [],
            },
            {
              locations: [{ physicalLocation: { region: { byteOffset: 77 } } }],
              suppressions: [{ kind: "external", status: "accepted", justification: "It is known." }],
            },
          ],
        },
      ],
    });
  });

  it("points each result to its rule, and each relationship to an entry of a taxonomy", () => {
    const log = JSON.parse(sarifReport(sample()));
    const [{ tool, results, taxonomies }] = log.runs;
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const taxa = new Set(
      taxonomies.flatMap(({ name, taxa: list }: { name: string; taxa: { id: string }[] }) =>
        list.map(({ id }) => `${name} ${id}`),
      ),
    );
    const related = tool.driver.rules.flatMap(({ relationships = [] }) => relationships);
    expect(related.length).toBeGreaterThan(0);
    for (const { target } of related) expect(taxa).toContain(`${target.toolComponent.name} ${target.id}`);
  });

  it("T20: leaves no link and no placeholder of a stranger's", () => {
    const of = (message: string) => {
      const log = JSON.parse(sarifReport(reportOf([{ path: "a", report: skill(plainCheck("x", "fail", message)) }])));
      return log.runs[0].results[0].message.text;
    };
    expect(of("[a](https://evil.example) {0} \\ \u202e")).toBe("\\[a\\] (https://evil.example) {{0}} \\\\ <U+202E>");
  });
});

/** Every element and attribute of a document that ought to be well-formed XML. */
function xmlOf(text: string): { readonly tags: readonly string[]; readonly cases: number } {
  const tags: string[] = [];
  const parser = new SaxesParser({ xmlns: false });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name }) => tags.push(name));
  parser.write(text).close();
  return { tags, cases: tags.filter((tag) => tag === "testcase").length };
}

it("JUnit is well-formed XML 1.0 with our elements alone, whatever strangers wrote", () => {
  const ours = new Set(["testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"]);
  always((report) => {
    const { tags, cases } = xmlOf(junitReport(report));
    expect(tags.filter((tag) => !ours.has(tag))).toEqual([]);
    const [subject] = report.subjects;
    const passed = subject?.checks.filter(({ status }) => status === "pass").length ?? 0;
    const others = (subject?.results.length ?? 0) + (report.baseline?.problems.length ?? 0);
    expect(cases).toBe(passed + others + (subject?.problem === undefined ? 0 : 1));
    expectVisible(junitReport(report));
  });
});

it("JUnit tells failures, warnings, and what was accepted or not judged", () => {
  const text = junitReport(sample());
  expect(text).toContain('tests="5" failures="1" errors="0" skipped="2"');
  expect(text).toContain('<failure type="skill_id_namespace"');
  expect(text).toContain("<system-out>warning: No feed is named.");
  expect(text).toContain("accepted by ada until 2023-12-31: It is known.");
  expect(() => xmlOf(text.replace("</testcase>", ""))).toThrow();
});

describe("what a statement of exploitability silences counts nowhere, and is shown in every form", () => {
  const silenced = [
    {
      id: "CVE-1",
      component: "lodash",
      status: "not_affected",
      justification: "vulnerable_code_not_present",
      detail: "It was cut out.",
      source: "ours.vex.json",
      finding: {
        code: "vulnerable_component",
        status: "fail",
        message: "`lodash` has CVE-1 (high). Fixed in 2.0.0.",
        place: { file: "sbom.cdx.json", line: 2 },
        quote: "pkg:npm/lodash@1.0.0",
        about: "CVE-1",
      },
    },
  ];
  const quiet = (details: object) => ({
    path: "echo.palyra-skill",
    report: skill({ ...plainCheck("vulnerability_matches", "pass"), details: JSON.parse(JSON.stringify(details)) }),
    bytesOf: () => new TextEncoder().encode('{\n"purl": "pkg:npm/lodash@1.0.0"\n'),
  });
  const report = reportOf([quiet({ silenced_count: 1, silenced })]);
  const why = "not affected (vulnerable code not present): It was cut out, says ours.vex.json";

  it("text", () => {
    expect(textReport(report)).toContain(
      [
        "passed  acme.echo 1.0.0  echo.palyra-skill",
        '  silent   "lodash" has CVE-1 (high). Fixed in 2.0.0. (vulnerability_matches: vulnerable_component)',
        `           ${why}`,
        "           echo.palyra-skill!/sbom.cdx.json:2",
        '           2 | "purl": "pkg:npm/lodash@1.0.0"',
        "             | ^",
        "  1 of 1 checks passed",
        "",
        "1 silenced",
      ].join("\n"),
    );
  });

  it("SARIF: a result that is suppressed, for the same fingerprint as without the statement", () => {
    const [run] = JSON.parse(sarifReport(report)).runs;
    expect(run.results).toMatchObject([
      {
        ruleId: "vulnerability_matches",
        level: "error",
        suppressions: [{ kind: "external", status: "accepted", justification: why }],
      },
    ]);
    const [{ finding: told } = { finding: {} }] = silenced;
    const open = reportOf([{ ...quiet({}), report: skill(check("vulnerability_matches", [told])) }]);
    const [found] = JSON.parse(sarifReport(open)).runs[0].results;
    expect(found.suppressions).toBeUndefined();
    expect(found.partialFingerprints).toEqual(run.results[0].partialFingerprints);
    expect(totalsOf(open.subjects).fail).toBe(1);
    expect(totalsOf(report.subjects)).toMatchObject({ fail: 0, warn: 0, silenced: 1 });
  });

  it("JUnit, Markdown and HTML", () => {
    expect(junitReport(report)).toContain('tests="2" failures="0" errors="0" skipped="1"');
    expect(junitReport(report)).toContain(`<skipped message="${why}">`);
    expect(markdownReport(report)).toContain("<details><summary>1 silenced</summary>");
    expect(markdownReport(report)).toContain("It was cut out, says ours.vex.json |");
    expect(htmlReport(report, nodePlatform)).toContain("<summary>1 silenced</summary>");
    expect(htmlReport(report, nodePlatform)).toContain(`<p>${why}</p>`);
  });

  it("more than are listed are counted, and details from elsewhere are not believed", () => {
    expect(textReport(reportOf([quiet({ silenced_count: 61, silenced })]))).toContain("60 more of this check");
    for (const details of [{ silenced: 5 }, { silenced: [] }, { silenced_count: "x" }])
      expect(totalsOf(reportOf([quiet(details)]).subjects).silenced).toBe(0);
    expect(textReport(reportOf([quiet({ silenced: [5, {}, { finding: 1 }] })]))).toContain("3 more of this check");
  });
});

interface Node {
  readonly nodeName: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
  readonly content?: Node;
}
const nodesOf = (node: Node): readonly Node[] => [node, ...(node.childNodes ?? []).flatMap(nodesOf)];

it("HTML has our elements alone, no script, no handler and no outside resource, whatever strangers wrote", () => {
  const ours = new Set(
    "#document #documentType #text html head meta title style body main h1 h2 p code section article div pre details summary ul li dl dt dd a footer".split(
      " ",
    ),
  );
  always((report) => {
    const text = htmlReport(report, nodePlatform);
    const nodes = nodesOf(parse(text, { onParseError: (error) => expect(error.code).toBe("none") }));
    expect(nodes.map(({ nodeName }) => nodeName).filter((name) => !ours.has(name))).toEqual([]);
    const attributes = nodes.flatMap(({ attrs = [] }) => attrs);
    const allowed = new Set(["class", "lang", "charset", "http-equiv", "content", "name", "href", "rel"]);
    expect(attributes.filter(({ name }) => !allowed.has(name))).toEqual([]);
    for (const { name, value } of attributes)
      if (name === "href") expect(value).toMatch(/^https:\/\/(?:cwe\.mitre|genai\.owasp|owasp|nvd\.nist|github)\b/);
    expect(nodes.filter(({ nodeName }) => nodeName === "style")).toHaveLength(1);
    expectVisible(text);
  });
});

it("HTML names its one style by its digest", () => {
  const text = htmlReport(sample(), nodePlatform);
  const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? "";
  const digest = Buffer.from(nodePlatform.sha256().update(new TextEncoder().encode(style)).digest()).toString("base64");
  expect(text).toContain(`content="default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'"`);
});

/** What GitHub makes of it: elements, and the texts outside of code, where it looks for mentions and issues. */
function rendered(markdown: string): { readonly nodes: readonly Node[]; readonly loose: string } {
  const html = micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  const walk = (node: Node): string => {
    if (node.nodeName === "code") return "\n";
    const text = "value" in node && node.nodeName === "#text" ? String(node.value) : "";
    return text + (node.childNodes ?? []).map(walk).join("");
  };
  const document = parse(html);
  return { nodes: nodesOf(document), loose: walk(document) };
}

it("Markdown has our elements alone, no link, no mention and rows of four cells, whatever strangers wrote", () => {
  const ours = new Set(
    "#document #text html head body h2 h3 p code table thead tbody tr th td details summary ul li br sub".split(" "),
  );
  always((report) => {
    const text = markdownReport(report);
    const { nodes, loose } = rendered(text);
    expect(nodes.map(({ nodeName }) => nodeName).filter((name) => !ours.has(name))).toEqual([]);
    expect(nodes.flatMap(({ attrs = [] }) => attrs)).toEqual([]);
    expect(loose).not.toMatch(/[@#][\w-]/);
    expect(nodes.filter(({ nodeName }) => nodeName === "a")).toEqual([]);
    for (const row of nodes.filter(({ nodeName }) => nodeName === "tr"))
      expect([4, 5]).toContain((row.childNodes ?? []).filter(({ nodeName }) => /^t[dh]$/.test(nodeName)).length);
    expectVisible(text);
  });
});

it("Markdown that a pull request can hold: the rest is counted", () => {
  const many = Array.from({ length: 2000 }, (_, at) => check(`check_${at}`, [{ message: "x".repeat(100) }]));
  const text = markdownReport(reportOf([{ path: "a", report: skill(...many) }]));
  expect(text.length).toBeLessThan(MAX_MARKDOWN + 1000);
  expect(text).toMatch(/… and \d+ more, which the other forms of this report have\./);
});

it("T20: text for a terminal has nothing in it that a terminal obeys, and a line for a line", () => {
  always((report) => expectVisible(textReport(report)));
});

it("text quotes the line with a caret under the place", () => {
  const lines = textReport(sample()).split("\n");
  const at = lines.findIndex((line) => line.includes("skill.toml:2:11"));
  expect(lines.slice(at - 1, at + 3)).toEqual([
    "  fail     It is odd. (skill_id_namespace: foreign)",
    "           dist/echo.palyra-skill!/skill.toml:2:11",
    '           2 | id = "ö"  other.echo',
    `             | ${" ".repeat(10)}^`,
  ]);
});

it("is the same bytes for the same findings", () => {
  for (const form of [sarifReport, junitReport, markdownReport, textReport, (report: Report) => htmlReport(report, nodePlatform)])
    expect(form(sample())).toBe(form(sample()));
});

it("JSON is the report of spec 4.3, field by field in its order", async () => {
  const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const report = await audit(await trustedSkill({ modules: { "echo.wasm": module } }));
  const text = jsonReport(report);
  expect(JSON.parse(text)).toEqual(
    JSON.parse(JSON.stringify(report, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value))),
  );
  expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(report));
  expect(text.startsWith('{\n  "skill_id": "acme.echo",\n') && text.endsWith("}\n")).toBe(true);
});
