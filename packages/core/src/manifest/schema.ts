import type { JsonObject } from "../encoding/index.ts";
import type { TomlTable } from "../toml/index.ts";
import { readBuilder } from "./builder.ts";
import { readCapabilities } from "./capabilities.ts";
import { all, IDENTIFIER, must, NOT_BLANK, SKILL_ID, unique, VERSION } from "./checks.ts";
import type { Faults } from "./faults.ts";
import { type Check, Fields } from "./fields.ts";
import { toJsonObject } from "./json-schema.ts";
import type { Compat, IntegrityFile, Manifest, Tool } from "./manifest.ts";
import { isEmptyOperator, readOperator } from "./operator.ts";
import { compareVersions } from "./version.ts";

/** Reads the tree of a manifest (spec 2.1), defaults filled in. Meaningless where `faults` has any afterwards. */
export function readManifest(root: TomlTable, faults: Faults): Manifest {
  return Fields.read(root, faults, readRoot);
}

function readRoot(fields: Fields): Manifest {
  const manifest_version = readManifestVersion(fields);
  const skill_id = fields.text("skill_id", SKILL_ID);
  const name = fields.text("name", NOT_BLANK);
  const version = fields.text("version", VERSION);
  const publisher = fields.text("publisher", IDENTIFIER);
  const entrypoints = fields.nested("entrypoints", (inner) => ({ tools: readTools(inner, publisher) }), "tools");
  const capabilities = fields.defaulted("capabilities", readCapabilities);
  const compat = fields.nested("compat", readCompat, "required_protocol_major and min_palyra_version");
  const integrity = fields.defaulted("integrity", (inner) => ({ files: inner.tables("files", readIntegrityFile) }));
  const builder = fields.optional("builder", readBuilder);
  const toolIds = new Set(entrypoints.tools.map(({ id }) => id));
  const operator = fields.defaulted("operator", (inner) => readOperator(inner, toolIds));
  const operatorNode = fields.node("operator");
  if (manifest_version === 1 && operatorNode !== undefined && !isEmptyOperator(operator))
    fields.faults.value(operatorNode, {
      problem: "operator metadata in a manifest of version 1",
      allowed: "manifest_version = 2",
    });
  return {
    manifest_version,
    skill_id,
    name,
    version,
    publisher,
    entrypoints,
    capabilities,
    compat,
    integrity,
    ...(builder === undefined ? {} : { builder }),
    operator,
  };
}

function readManifestVersion(fields: Fields): 1 | 2 {
  const version = fields.u32("manifest_version", 2);
  const node = fields.node("manifest_version");
  if (version !== 1 && version !== 2 && node?.kind === "integer")
    fields.faults.value(node, { problem: "unknown manifest version", allowed: "1 or 2" });
  return version === 1 ? 1 : 2;
}

function readTools(fields: Fields, publisher: string): readonly Tool[] {
  const id = all(IDENTIFIER, ofPublisher(publisher), unique());
  const node = fields.required("tools", "an array of tables");
  if (node?.kind === "array" && node.items.length === 0)
    fields.faults.value(node, { problem: "no tools", allowed: "at least one" });
  return fields.tables("tools", (tool) => readTool(tool, id));
}

function readTool(fields: Fields, id: Check): Tool {
  return {
    id: fields.text("id", id),
    name: fields.text("name", NOT_BLANK),
    description: fields.text("description", NOT_BLANK),
    input_schema: readJsonSchema(fields, "input_schema"),
    output_schema: readJsonSchema(fields, "output_schema"),
    risk: fields.defaulted("risk", (risk) => ({
      default_sensitive: risk.flag("default_sensitive", false),
      requires_approval: risk.flag("requires_approval", false),
    })),
  };
}

/** A publisher that is missing has been reported; its tools are not blamed for it. */
const ofPublisher = (publisher: string): Check =>
  must(
    (id) => publisher === "" || id.startsWith(`${publisher}.`),
    "id outside the publisher's namespace",
    `ids that start with ${publisher}.`,
  );

/** Another type than a table is a fault of validation, not of parsing, as in the original. */
function readJsonSchema(fields: Fields, key: string): JsonObject {
  const node = fields.required(key, "a table");
  if (node?.kind === "table") return toJsonObject(node, fields.faults);
  if (node !== undefined && node.kind !== "invalid") fields.faults.value(node, { problem: "wrong type", allowed: "a table" });
  return {};
}

function readCompat(fields: Fields): Compat {
  const major = fields.oneName("required_protocol_major", "min_protocol_major");
  const minimum = fields.oneName("min_palyra_version", "min_runtime_version");
  const required_protocol_major = fields.u32(major);
  const min_palyra_version = fields.text(minimum, VERSION);
  const max_palyra_version = fields.optionalText("max_palyra_version", all(VERSION, notBelow(min_palyra_version)));
  return {
    required_protocol_major,
    min_palyra_version,
    ...(max_palyra_version === undefined ? {} : { max_palyra_version }),
  };
}

/** A minimum that is no version has been reported, and is below all that are. */
const notBelow = (minimum: string): Check =>
  must((text) => compareVersions(text, minimum) >= 0, "maximum below the minimum", `at least ${minimum}`);

/** What the author may write here is replaced when packing, and held against the files when reading (spec 1.5): any text. */
const readIntegrityFile = (fields: Fields): IntegrityFile => ({ path: fields.text("path"), sha256: fields.text("sha256") });
