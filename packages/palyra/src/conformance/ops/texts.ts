/** The rules on words that a model reads: op texts. */
import { hiddenFindings, instructionFindings, type SubjectText, type SubjectTexts, toolTexts } from "palyra-skills/audit";
import type { Fields, JsonObject, JsonReader, JsonValue } from "palyra-skills/encoding";
import { type Op, toJson } from "../protocol.ts";

/** Tools of one request; a request is bounded itself. */
const MAX_TOOLS = 10_000;

export const textsOp: Op = {
  read(request) {
    const texts = request.has("tools") ? toolsOf(request) : [textOf(request)];
    return async () => {
      const subject: SubjectTexts = { texts, manifestText: "", unread: [] };
      const findings = [
        ...hiddenFindings(subject).map((found) => ({ check_id: "tool_text_hidden", ...found })),
        ...instructionFindings(subject).map((found) => ({ check_id: "tool_text_instructions", ...found })),
      ];
      return {
        findings: findings.map(({ check_id, status, code, place: { tool, field, line, column } }) => ({
          check_id,
          status,
          place: toJson({ tool, field, line, column }),
          code,
        })),
      };
    };
  },
};

function toolsOf(request: Fields): readonly SubjectText[] {
  if (request.has("text")) request.required("text").fault("not beside `tools`");
  const tools = request.required("tools");
  const texts = tools.array((at, index) => (index < MAX_TOOLS ? toolOf(at, index) : []));
  if (texts.length > MAX_TOOLS) tools.fault("too many tools", { found: String(texts.length), allowed: `at most ${MAX_TOOLS}` });
  return texts.flat();
}

function toolOf(at: JsonReader, index: number): readonly SubjectText[] {
  const fields = at.object();
  const name = fields.required("name").string();
  const description = fields.optional("description", (text) => (text.isNull ? "" : text.string())) ?? "";
  const schema = fields.optional("input_schema", schemaOf) ?? {};
  return toolTexts({ name, description, input_schema: schema }, { file: "", tool: name }, `tools[${index}]`);
}

function schemaOf(at: JsonReader): JsonObject {
  if (at.isNull) return {};
  at.object();
  const value = at.value();
  return isObject(value) ? value : {};
}

const isObject = (value: JsonValue): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** `manifest`: what an operator reads in it; a line and a column are those of the text. */
function textOf(request: Fields): SubjectText {
  const text = request.required("text").string();
  const kind = request.optional("kind", (at) => at.oneOf(["asset", "manifest"])) ?? "asset";
  return { kind, text, place: { file: "" } };
}
