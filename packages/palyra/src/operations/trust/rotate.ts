import { SkillError } from "palyra-skills";
import { MAX_STATEMENT_BYTES, parseRotation, verifyRotation } from "palyra-skills/signature";
import { decideRotation } from "palyra-skills/trust";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { readBounded } from "../../files/index.ts";
import { decideTrustChange } from "../../lifecycle/index.ts";
import type { TrustChange, TrustDocuments } from "../../trust/index.ts";
import { text } from "../field.ts";
import { operation } from "../operation.ts";
import { keyIdOf } from "./key-state.ts";
import { TRUST_ERRORS } from "./shared.ts";

export interface RotateDocument {
  readonly trust_store: string;
  /** False: this very statement was applied before. */
  readonly changed: boolean;
  readonly publisher: string;
  readonly old_public_key: string;
  readonly new_public_key: string;
  readonly new_key_id: string;
  readonly sequence: number;
  readonly statement_sha256: string;
}

export const rotate = operation({
  input: v.strictObject({ statement: text("FILE", "The statement that both keys signed") }),
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust rotate --statement acme-rotation.json"],
  notes:
    "Moves the key that a publisher is remembered by to the one that it names next. The statement must be signed by both keys, not expired, and have a higher number than the last one. A listed key does not move: trust add and trust remove do that. Two different statements with one number freeze the publisher's rotations until trust pin.",
  errors: [
    ...TRUST_ERRORS,
    "SignatureVerificationFailed",
    "ConflictingRotation",
    "RotationRefused",
    "RevokedKey",
    "KeyOutOfScope",
  ],
  run: async ({ home }, { statement: file }, call): Promise<RotateDocument> => {
    const read = await readBounded(file, MAX_STATEMENT_BYTES);
    if (!read.ok) throw new PalyraError("Io", { action: "read", file, code: "EFBIG" });
    const verified = await verifyRotation(parseRotation(read.bytes, file), home.platform);
    const decide = ({ store, constraints }: TrustDocuments): TrustChange | undefined => {
      const keyId = (key: string): string => keyIdOf(key, home.platform);
      const decision = decideRotation(verified, { store, constraints, now: call.now, keyIdOf: keyId });
      if (decision.kind === "rotate") return { do: "rotate", ...decision.rotation };
      if (decision.kind === "done") return undefined;
      const { publisher, sequence, statement_sha256 } = decision.record;
      return { do: "freeze", publisher, sequence, statement_sha256 };
    };
    const { change, changed } = await decideTrustChange(home, "rotate", decide, call);
    const { publisher, old_public_key, new_public_key, sequence } = verified.terms;
    // The freeze is kept, and the statement is refused all the same. Spec 3.4.
    if (change?.do === "freeze") throw new SkillError("ConflictingRotation", { publisher, sequence });
    return {
      trust_store: home.places.trustStore,
      changed,
      publisher,
      old_public_key,
      new_public_key,
      new_key_id: keyIdOf(new_public_key, home.platform),
      sequence,
      statement_sha256: verified.sha256,
    };
  },
});
