import { type Fault, SkillError } from "palyra-skills";
import { type JsonReader, readDocument } from "palyra-skills/encoding";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { readBounded } from "../../files/index.ts";
import { currentOf, findEntry, readIndex } from "../../installed/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { decideLaunch, readPolicies } from "../../policy/index.ts";
import { text } from "../field.ts";
import { operation } from "../operation.ts";
import { LAUNCH_ERRORS, SURFACES } from "../shared/launch-inputs.ts";
import { namedBy } from "../shared/named-by.ts";

const DECISIONS = ["allowed", "approval", "denied"] as const;

/** One thing that an operator's policies are to say. */
interface PolicyCase {
  readonly name: string;
  readonly skill: string;
  readonly version: string | undefined;
  readonly tool: string;
  readonly principal: string;
  readonly surface: string;
  readonly status: string;
  readonly expect: (typeof DECISIONS)[number];
}

export interface PolicyTestDocument {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly {
    readonly name: string;
    readonly expected: string;
    readonly actual: string;
    /** The policies that decided. */
    readonly by: readonly string[];
  }[];
}

/** Bytes of a file of cases. */
const MAX_CASES_BYTES = 1024 * 1024;

export const test = operation({
  input: v.strictObject({ cases: text("FILE", "A JSON file: a list of { name, skill, tool, expect }") }),
  positional: ["cases"],
  places: ["skillsDir", "authorizationPolicy"],
  examples: ["skills policy test cases.json --authorization-policy site.cedar"],
  notes:
    "Holds your policies against what you expect of them, on what is installed: each case has a name, a skill, a tool and expect (allowed, approval, denied), and may have version, principal (user:local), surface (terminal) and status (active). Exits with 1 where one differs. Neither trust nor audit is asked.",
  errors: LAUNCH_ERRORS,
  run: async ({ home, settings }, { cases: file }, call): Promise<PolicyTestDocument> => {
    const policies = await namedBy(settings.authorizationPolicy, () =>
      readPolicies(settings.authorizationPolicy.value, home.platform),
    );
    const index = await readIndex(home.places.skillsRoot);
    const cases = [];
    for (const each of await readCases(file)) {
      const { skill, version, tool: toolId, principal, surface, status } = each;
      const entry = version === undefined ? currentOf(index, skill) : findEntry(index, skill, version);
      if (entry === undefined) {
        call.warn(unasked(each, file));
        throw new PalyraError("NotInstalled", { skill_id: skill, ...(version === undefined ? {} : { version }) });
      }
      call.progress(each.name);
      const { manifest, keyId } = await openInstalled(home, entry);
      if (!manifest.entrypoints.tools.some(({ id }) => id === toolId)) {
        call.warn(unasked(each, file));
        throw new PalyraError("UnknownTool", {
          tool: toolId,
          offered: manifest.entrypoints.tools.map(({ id }) => id),
          skill_id: skill,
        });
      }
      const facts = { manifest, toolId, principal, surface, status, trust: entry.trust_decision, signatureKeyId: keyId };
      const decision = decideLaunch(policies, { ...facts, artifactSha256: entry.artifact_sha256 });
      const by = [...new Set(decision.asked.flatMap((asked) => asked.decision.by))].sort();
      cases.push({ name: each.name, expected: each.expect, actual: decision.kind, by });
    }
    const passed = cases.filter(({ expected, actual }) => expected === actual).length;
    return { passed, failed: cases.length - passed, cases };
  },
  failed: ({ failed }) => failed > 0,
});

/** The refusal says what is not there, and not of which case. */
const unasked = ({ name }: PolicyCase, file: string): string => `the case ${name} of ${file} asks about what is not installed`;

async function readCases(file: string): Promise<readonly PolicyCase[]> {
  const read = await readBounded(file, MAX_CASES_BYTES);
  const refused = (fault: Omit<Fault, "path">) =>
    new SkillError("Serialization", { document: file, faults: [{ path: "", ...fault }] });
  if (!read.ok) throw refused({ problem: "too large", allowed: `at most ${MAX_CASES_BYTES} bytes` });
  const cases = readDocument(read.bytes, file, (root) => root.array(readCase));
  // That nothing differs proves nothing.
  if (cases.length === 0) throw refused({ problem: "no case stands in it" });
  return cases;
}

function readCase(reader: JsonReader): PolicyCase {
  const fields = reader.object();
  const said = (name: string): string => fields.required(name).string();
  const read = {
    name: said("name"),
    skill: said("skill"),
    version: fields.optional("version", (value) => value.string()),
    tool: said("tool"),
    principal: fields.optional("principal", (value) => value.string()) ?? "user:local",
    surface: fields.optional("surface", (value) => value.oneOf(SURFACES)) ?? "terminal",
    status: fields.optional("status", (value) => value.string()) ?? "active",
    expect: fields.required("expect").oneOf(DECISIONS),
  };
  fields.finish();
  return read;
}
