/** The tools of what is installed: which there are, and which one is meant (spec 10, step 1; T27). */
import type { VerifiedArtifact } from "palyra-skills/artifact";
import { type JsonObject, nearestFirst } from "palyra-skills/encoding";
import { isIdentifier, type Manifest, type Tool } from "palyra-skills/manifest";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { folderPlace, type InstalledEntry, versionsOf } from "../installed/index.ts";
import type { GatePorts, RunGate } from "./resolve.ts";
import type { ToolNames } from "./tool-names.ts";

/** A tool that may run now, as its manifest describes it. */
export interface RunnableTool {
  readonly toolId: string;
  /** What it is to a model's API, `[a-zA-Z0-9_-]{1,64}`: no other of the list has that name (T27). A call by it is of this tool. */
  readonly modelName: string;
  readonly skillId: string;
  readonly version: string;
  readonly publisher: string;
  readonly artifactSha256: string;
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  readonly risk: Tool["risk"];
  readonly capabilities: Manifest["capabilities"];
}

export interface ToolPorts extends GatePorts {
  /** What a tool id becomes for a model's API, which takes no dots (T27); of such a name the name itself. */
  readonly nameForModel: (toolId: string) => string;
  readonly names: ToolNames;
  /** Of the very artifact that was installed, by the journal; undefined: that does not say. */
  readonly installedToolIds: (entry: InstalledEntry) => Promise<readonly string[] | undefined>;
}

/** Which tools there are. */
export interface ListedTools {
  readonly tools: readonly RunnableTool[];
  /** Skills that may run and cannot be opened. */
  readonly damaged: readonly DamagedSkill[];
}

export interface DamagedSkill {
  readonly entry: InstalledEntry;
  /** Why it cannot be opened. */
  readonly problem: unknown;
}

/**
 * The tools of all current skills that are active by the chain. One that several of them offer, or that becomes one name with another's, is
 * offered by none (T27). What cannot be opened offers nothing, and stops no other (T19) but from having its tools. `IndexInvalid`,
 * `JournalChainBroken`, `Io`.
 */
export async function listTools(gate: RunGate, ports: ToolPorts, call: Call): Promise<ListedTools> {
  await ports.prepare(call);
  const { entries } = await ports.readIndex();
  const active = await activeOf(
    gate,
    ports,
    entries.filter(({ current }) => current),
  );
  const tools: RunnableTool[] = [];
  const damaged: DamagedSkill[] = [];
  for (const entry of active) {
    try {
      tools.push(...(await toolsOf(ports, entry)));
    } catch (problem) {
      damaged.push({ entry, problem });
    }
  }
  const offered = await unambiguous(ports, tools, damaged);
  return { tools: offered.sort((a, b) => (a.toolId < b.toolId ? -1 : 1)), damaged };
}

/** Those that may run by their status, and are what the journal says was installed. */
async function activeOf(gate: RunGate, ports: ToolPorts, entries: readonly InstalledEntry[]): Promise<readonly InstalledEntry[]> {
  if (entries.length === 0) return [];
  const folder = await folderPlace(ports.skillsRoot);
  const statusOf = await gate.statusesOf(entries);
  return entries.filter(
    (entry) =>
      statusOf(entry.skill_id, entry.version).status === "active" &&
      gate.chain.installFault(entry, folder) === undefined &&
      gate.chain.otherCurrent(entry, folder) === undefined,
  );
}

/** What `open` throws. */
async function toolsOf(ports: ToolPorts, entry: InstalledEntry): Promise<readonly RunnableTool[]> {
  const artifact = await ports.open(entry);
  ports.names.note(
    entry,
    artifact.manifest.entrypoints.tools.map(({ id }) => id),
  );
  return artifact.manifest.entrypoints.tools.map((tool) => runnable(ports, entry, artifact, tool));
}

function runnable(ports: ToolPorts, entry: InstalledEntry, { manifest }: VerifiedArtifact, tool: Tool): RunnableTool {
  return {
    toolId: tool.id,
    modelName: ports.nameForModel(tool.id),
    skillId: entry.skill_id,
    version: entry.version,
    publisher: entry.publisher,
    artifactSha256: entry.artifact_sha256,
    name: tool.name,
    description: tool.description,
    inputSchema: tool.input_schema,
    outputSchema: tool.output_schema,
    risk: tool.risk,
    capabilities: manifest.capabilities,
  };
}

async function unambiguous(
  ports: ToolPorts,
  tools: readonly RunnableTool[],
  damaged: readonly DamagedSkill[],
): Promise<RunnableTool[]> {
  const offers = new Map<string, number>();
  for (const { modelName } of tools) offers.set(modelName, (offers.get(modelName) ?? 0) + 1);
  const mayHave = await Promise.all(damaged.map(({ entry }) => claimsOf(ports, entry)));
  return tools.filter(
    ({ toolId, modelName }) => offers.get(modelName) === 1 && mayHave.every((claims) => claims(toolId).length === 0),
  );
}

/**
 * The tools of what cannot be opened that are, or become, such a name: nobody else comes to offer them meanwhile (T27). Where the journal does
 * not say which it has, it may have all that its publisher's tools may be called.
 */
async function claimsOf(ports: ToolPorts, entry: InstalledEntry): Promise<(name: string) => readonly string[]> {
  const { nameForModel, names } = ports;
  const ids = await ports.installedToolIds(entry);
  if (ids !== undefined) names.note(entry, ids);
  const isOfPublisher = (name: string): boolean =>
    isIdentifier(name) && nameForModel(name).startsWith(nameForModel(`${entry.publisher}.`));
  return (name) => ids?.filter((id) => nameForModel(id) === nameForModel(name)) ?? (isOfPublisher(name) ? [name] : []);
}

/** The tools of a skill that are, or become, that name; of one that cannot be opened those that it had. */
async function namesakesIn(ports: ToolPorts, entry: InstalledEntry, name: string): Promise<readonly string[]> {
  try {
    const tools = await toolsOf(ports, entry);
    return tools.filter(({ modelName }) => modelName === ports.nameForModel(name)).map(({ toolId }) => toolId);
  } catch {
    // Why it cannot be opened the gate says, which opens it again: a refusal is journaled there.
    return (await claimsOf(ports, entry))(name);
  }
}

/** What a person or a model named. */
export interface NamedTool {
  /** A tool's id, the id of a skill that has one tool, or what a tool is to a model's API. */
  readonly tool: string;
  /** By its own id alone, or by what it is to a model's API alone, as clients of MCP call tools: no other name is taken for it (T27). */
  readonly exactly?: "id" | "model" | undefined;
  readonly skillId?: string | undefined;
  readonly version?: string | undefined;
}

/** What was meant by it; its version only where one was named. */
export interface FoundTool {
  readonly toolId: string;
  readonly skillId: string;
  readonly version?: string;
}

/**
 * By name alone: whether it may run is the gate's to say, and whether it can be opened. `UnknownTool`, `AmbiguousTool`, `NotInstalled`.
 */
export async function findTool(gate: RunGate, ports: ToolPorts, named: NamedTool, call: Call): Promise<FoundTool> {
  await ports.prepare(call);
  const index = await ports.readIndex();
  const { tool, skillId, version, exactly } = named;
  const withVersion = version === undefined ? {} : { version };
  if (skillId !== undefined) return { ...(await toolOfSkill(gate, ports, skillId, named)), ...withVersion };
  const owner = exactly === "model" ? undefined : await ownerOf(gate, ports, index.entries, named);
  const isSkill = exactly === undefined && versionsOf(index, tool).length > 0;
  // A publisher may call its skill as another calls a tool: who means which is not guessed (T27).
  if (owner !== undefined && isSkill && owner !== tool)
    throw new PalyraError("AmbiguousTool", { tool, candidates: [`${tool} of ${owner}`, `the tool of the skill ${tool}`] });
  if (owner !== undefined) return { toolId: tool, skillId: owner, ...withVersion };
  if (isSkill) return { ...(await toolOfSkill(gate, ports, tool, named)), ...withVersion };
  const called = exactly === "id" ? undefined : await toolCalled(ports, index.entries, named);
  if (called !== undefined) return { ...called, ...withVersion };
  const other = version === undefined ? undefined : await ownerOf(gate, ports, index.entries, { tool });
  if (version !== undefined && other !== undefined)
    throw new PalyraError("NotInstalled", {
      skill_id: other,
      version,
      installed: versionsOf(index, other).map((each) => each.version),
    });
  // Models are told what there is by the list that they have.
  const offered = exactly !== undefined ? [] : (await listTools(gate, ports, call)).tools.map(({ toolId }) => toolId);
  throw new PalyraError("UnknownTool", { tool, offered: nearestFirst(tool, offered).slice(0, MOST_OFFERED) });
}

/** Names that a refusal has. */
const MOST_OFFERED = 8;

async function toolOfSkill(gate: RunGate, ports: ToolPorts, skillId: string, { tool, version }: NamedTool): Promise<FoundTool> {
  const entry = await gate.entryOf({ skillId, version });
  return { toolId: toolIn(await idsIn(ports, entry), tool, skillId), skillId: entry.skill_id };
}

/** The skill that has a tool of that very id. What is stopped is found too, to say that it is. */
async function ownerOf(
  gate: RunGate,
  ports: ToolPorts,
  entries: readonly InstalledEntry[],
  { tool, version }: NamedTool,
): Promise<string | undefined> {
  const asked = entries.filter((entry) => (version === undefined ? entry.current : entry.version === version));
  const active = (some: readonly InstalledEntry[]) => activeOf(gate, ports, some);
  const owner = version === undefined ? await searchIn(ports, asked, tool, active) : undefined;
  return owner ?? searchIn(ports, asked, tool, async (some) => some);
}

/** The tool that a model's API calls so (T27). */
async function toolCalled(
  ports: ToolPorts,
  entries: readonly InstalledEntry[],
  { tool, version }: NamedTool,
): Promise<FoundTool | undefined> {
  if (ports.nameForModel(tool) !== tool) return undefined;
  const asked = entries.filter((entry) => (version === undefined ? entry.current : entry.version === version));
  // Whatever their status: a name that was one skill's goes to no other once that one is stopped.
  const candidates = asked.filter((entry) => ports.names.mayHave(entry, tool));
  const called: FoundTool[] = [];
  for (const entry of candidates) {
    const toolIds = await namesakesIn(ports, entry, tool);
    called.push(...toolIds.map((toolId) => ({ toolId, skillId: entry.skill_id })));
  }
  if (called.length > 1)
    throw new PalyraError("AmbiguousTool", {
      tool,
      candidates: called.map(({ toolId, skillId }) => `${toolId} of ${skillId}`),
    });
  return called[0];
}

/** Of what cannot be opened those that it had; undefined: nobody knows. */
async function idsIn(ports: ToolPorts, entry: InstalledEntry): Promise<readonly string[] | undefined> {
  try {
    return (await toolsOf(ports, entry)).map(({ toolId }) => toolId);
  } catch {
    // Why it cannot be opened the gate says, which opens it again: a refusal is journaled there.
    return ports.installedToolIds(entry);
  }
}

function toolIn(ids: readonly string[] | undefined, tool: string, skillId: string): string {
  if (ids === undefined) return isIdentifier(tool) ? tool : skillId;
  if (ids.includes(tool)) return tool;
  const [only] = ids;
  if (tool !== skillId) throw new PalyraError("UnknownTool", { tool, offered: ids, skill_id: skillId });
  if (only === undefined || ids.length > 1) throw new PalyraError("AmbiguousTool", { tool, candidates: ids });
  return only;
}

/**
 * The skill that has the tool: those whose publisher it begins with, which nearly always are few, then all others. Whose names are known, and who
 * has none that is like it, is not opened.
 */
async function searchIn(
  ports: ToolPorts,
  entries: readonly InstalledEntry[],
  toolId: string,
  usable: (some: readonly InstalledEntry[]) => Promise<readonly InstalledEntry[]>,
): Promise<string | undefined> {
  const isOfPublisher = ({ publisher }: InstalledEntry): boolean => toolId.startsWith(`${publisher}.`);
  const candidates = entries.filter((entry) => ports.names.mayHave(entry, toolId));
  // Of one alone nothing is to be told apart: whether it may run the gate says, which looks at the journal anyway.
  const inQuestion = candidates.length === 1 ? async (some: readonly InstalledEntry[]) => some : usable;
  for (const some of [candidates.filter(isOfPublisher), candidates.filter((entry) => !isOfPublisher(entry))]) {
    const owners = new Set<string>();
    const likeIt = new Set<string>();
    for (const entry of await inQuestion(some)) {
      const namesakes = await namesakesIn(ports, entry, toolId);
      if (namesakes.length > 0) likeIt.add(entry.skill_id);
      if (namesakes.includes(toolId)) owners.add(entry.skill_id);
    }
    if (owners.size > 0 && likeIt.size > 1)
      throw new PalyraError("AmbiguousTool", { tool: toolId, candidates: [...likeIt].sort() });
    const [owner] = owners;
    if (owner !== undefined) return owner;
  }
  return undefined;
}
