import { ARTIFACT_PATH, NOT_BLANK } from "./checks.ts";
import type { Fields } from "./fields.ts";
import type { Builder } from "./manifest.ts";

/** Spec 2.1: what a tool says that generated the skill. */
export function readBuilder(fields: Fields): Builder {
  const experimental = fields.requiredFlag("experimental");
  const node = fields.node("experimental");
  if (node?.kind === "boolean" && !node.value) fields.faults.value(node, { problem: "not true", allowed: "true" });
  return {
    experimental,
    source_kind: fields.text("source_kind", NOT_BLANK),
    source_ref: fields.text("source_ref", NOT_BLANK),
    rollout_flag: fields.text("rollout_flag", NOT_BLANK),
    review_status: fields.optionalText("review_status") ?? "",
    checklist: fields.nested("checklist", (checklist) => ({
      capability_declaration_path: checklist.text("capability_declaration_path", ARTIFACT_PATH),
      provenance_path: checklist.text("provenance_path", ARTIFACT_PATH),
      test_harness_path: checklist.text("test_harness_path", ARTIFACT_PATH),
      review_notes: checklist.optionalText("review_notes") ?? "",
    })),
  };
}
