import { MANIFEST_PATH } from "../../archive/index.ts";
import { DECLARED_USES, type DeclaredUse, usesOfImport } from "../../capability/index.ts";
import type { Manifest } from "../../manifest/index.ts";
import { moduleOfTool } from "../entry.ts";
import type { Finding } from "../finding.ts";
import { artifactRule, findings, pass, unjudged } from "../rule.ts";
import type { AuditSubject, ReadModule } from "../subject.ts";
import { quoted } from "../wording.ts";

export const capabilityUnused = artifactRule({
  id: "capability_unused",
  severity: "warning",
  asks: "Can the skill's tools make use of each kind of capability that it declares?",
  why: "What is declared is granted: a power that nothing in the skill can use today waits for the version that does.",
  references: ["CWE-250", "CWE-1059"],
  advice: "Take out of the manifest what no tool can use.",
  example: {
    flagged: 'http_egress_allowlist = ["api.example.com"]\n# and no module imports a function that sends',
    passes: 'http_egress_allowlist = ["api.example.com"]\n# and a tool reaches `palyra:skills/host@1` `http-send`',
  },
  check: ({ manifest, modules }) => {
    const declared = USES.filter((use) => DECLARED[use].isIn(manifest));
    if (declared.length === 0) return [pass("Declares no host, secret, root, channel or device.")];
    const read = modules.filter((module) => module.state === "read");
    const imported: ReadonlySet<Use> = usesOf(read.flatMap(({ facts }) => facts.imports.map(usesOfImport)));
    const reached: ReadonlySet<Use> = usesOf(read.filter(isRun(manifest, modules)).flatMap(reachedUses));
    const unused = declared.filter((use) => !reached.has(use));
    if (unused.length === 0) return [pass("The tools can reach imports of each kind that the manifest declares.", { declared })];
    if (read.length < modules.length) {
      return [
        unjudged("Whether each kind of capability is used cannot be said: a module is not valid or too large.", { declared }),
      ];
    }
    const found = unused.map((use) => unusedFinding(use, imported.has(use)));
    const message = `The manifest declares what its tools cannot use: ${unused.map((use) => quoted(DECLARED[use].field)).join(", ")}. Take it out.`;
    return [findings(message, found, { declared, unused })];
  },
});

/** No function of the one table gives a device (spec 4.6): what is declared of them nothing can use. */
type Use = DeclaredUse | "devices";
const USES: readonly Use[] = [...DECLARED_USES, "devices"];

/** Where each is declared, and what gives it to a module. */
const DECLARED: {
  readonly [Each in Use]: {
    readonly field: string;
    readonly called: string;
    readonly isIn: (manifest: Manifest) => boolean;
  };
} = {
  hosts: {
    field: "capabilities.http_egress_allowlist",
    called: "sends over HTTP",
    isIn: ({ capabilities }) => capabilities.http_egress_allowlist.length > 0,
  },
  secrets: {
    field: "capabilities.secrets",
    called: "reads a secret",
    isIn: ({ capabilities }) => capabilities.secrets.some(({ key_names }) => key_names.length > 0),
  },
  read_roots: {
    field: "capabilities.filesystem.read_roots",
    called: "reads a root",
    isIn: ({ capabilities }) => capabilities.filesystem.read_roots.length > 0,
  },
  write_roots: {
    field: "capabilities.filesystem.write_roots",
    called: "writes a root",
    isIn: ({ capabilities }) => capabilities.filesystem.write_roots.length > 0,
  },
  channels: {
    field: "capabilities.node_capabilities",
    called: "asks for a channel",
    isIn: ({ capabilities }) => capabilities.node_capabilities.length > 0,
  },
  devices: {
    field: "capabilities.device_capabilities",
    called: "uses a device: no host has one",
    isIn: ({ capabilities }) => capabilities.device_capabilities.length > 0,
  },
};

/** A secret goes along with a request, where the operator has bound the two (spec 10.4): whoever sends can use it. */
function usesOf(lists: readonly (readonly DeclaredUse[])[]): ReadonlySet<DeclaredUse> {
  const uses = new Set(lists.flat());
  if (uses.has("hosts")) uses.add("secrets");
  return uses;
}

/** Only the functions of tools are run. A module without its function is `tool_entry_points`' business: nothing is said of it here. */
const reachedUses = ({ facts, reach }: ReadModule): (readonly DeclaredUse[])[] =>
  [...(reach.fromEntry ?? reach.fromExports).imports].flatMap((position) => {
    const fact = facts.imports[position];
    return fact === undefined ? [] : [usesOfImport(fact)];
  });

function isRun(manifest: Manifest, modules: AuditSubject["modules"]): (module: ReadModule) => boolean {
  const paths = modules.map(({ path }) => path);
  const run = new Set(manifest.entrypoints.tools.map((tool) => moduleOfTool(tool, manifest, paths)));
  return ({ path }) => run.has(path);
}

function unusedFinding(use: Use, isImported: boolean): Finding {
  const { field, called } = DECLARED[use];
  const why = isImported ? `no tool can reach a function that ${called}` : `no module imports a function that ${called}`;
  return {
    code: isImported ? `${use}_never_reached` : `${use}_never_imported`,
    status: "warn",
    message: `\`${field}\` is declared, and ${why}. Take it out of the manifest.`,
    place: { file: MANIFEST_PATH, field },
  };
}
