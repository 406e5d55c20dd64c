import type { AuditReport } from "./report.ts";
import { wasmModuleValidation } from "./rules/wasm_module_validation.ts";

/** A module that this host's engine cannot run, although nothing is wrong with it (spec 4.5). */
export interface EngineBlock {
  readonly module_path: string;
  /** As `Feature` names them. */
  readonly missing_features: readonly string[];
  /** The engine that can: `Node 24`. */
  readonly needs_engine: string;
}

/**
 * The modules for which install and run refuse with `EngineUnsupported`; none for most skills. Read from a check that no
 * policy switches, so a kept report answers as well as a fresh one.
 */
export function engineBlocks(report: AuditReport): readonly EngineBlock[] {
  return report.checks.flatMap(({ check_id, status, details }) => {
    if (check_id !== wasmModuleValidation.id || status !== "skipped") return [];
    const path = details?.["module_path"];
    const missing = details?.["missing_features"];
    const needs = details?.["needs_engine"];
    if (typeof path !== "string" || !Array.isArray(missing) || typeof needs !== "string") return [];
    return [{ module_path: path, missing_features: missing.map(String), needs_engine: needs }];
  });
}
