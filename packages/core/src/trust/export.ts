/**
 * Store and constraints as one document, to carry trust from one host to another (spec 3.4). Strict JSON, not signed:
 *
 *     { "document": "palyra.skill.trust_export.v1", "exported_at_unix_ms": …, "trust_store": STORE, "trust_constraints": CONSTRAINTS }
 *
 * where STORE and CONSTRAINTS are the objects of spec 3.1.
 */
import { encodeUtf8, readDocument, writeJson } from "../encoding/index.ts";
import { constraintsDocument, readConstraints, type TrustConstraints } from "./constraints.ts";
import { readTrustStore, type TrustStore } from "./store.ts";

const DOCUMENT = "palyra.skill.trust_export.v1";

export interface TrustExport {
  readonly exported_at_unix_ms: number;
  readonly store: TrustStore;
  readonly constraints: TrustConstraints;
}

/** @throws SkillError `Serialization` with all faults */
export function parseTrustExport(bytes: Uint8Array, document: string): TrustExport {
  return readDocument(bytes, document, (root): TrustExport => {
    const fields = root.object();
    fields.required("document").oneOf([DOCUMENT]);
    const exported = {
      exported_at_unix_ms: fields.required("exported_at_unix_ms").safeInteger({ min: 0 }),
      store: readTrustStore(fields.required("trust_store")),
      constraints: readConstraints(fields.required("trust_constraints")),
    };
    fields.finish();
    return exported;
  });
}

/** Two spaces of indent, a line feed at the end. */
export function writeTrustExport({ exported_at_unix_ms, store, constraints }: TrustExport): Uint8Array {
  const trust_store = {
    trusted_publishers: Object.fromEntries(store.trusted),
    tofu_publishers: Object.fromEntries(store.pinned),
  };
  const document = { document: DOCUMENT, exported_at_unix_ms, trust_store, trust_constraints: constraintsDocument(constraints) };
  return encodeUtf8(`${writeJson(document, { indent: 2 })}\n`);
}
