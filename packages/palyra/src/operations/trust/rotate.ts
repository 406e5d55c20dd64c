import { MAX_STATEMENT_BYTES, parseRotation, verifyRotation } from "palyra-skills/signature";
import { conflicting, decideRotation, withLists } from "palyra-skills/trust";
import * as v from "valibot";
import { readWhole } from "../../files/index.ts";
import { decideTrustChange, readDecidingTrust } from "../../lifecycle/index.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
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
    "RevocationListUnusable",
    "RevocationListStale",
  ],
  run: async ({ home }, { statement: file }, call): Promise<RotateDocument> => {
    await checkStateRoot(home); // T25: what others can write revokes nothing, and trusts nobody.
    const bytes = await readWhole(file, MAX_STATEMENT_BYTES);
    const verified = await verifyRotation(parseRotation(bytes, file), home.platform);
    const { lists } = await readDecidingTrust(home, call, "installed");
    const terms = lists.flatMap(({ terms }) => terms ?? []);
    const decide = (now: TrustDocuments): TrustChange | undefined => {
      // What a list revokes cannot rotate either. T35.
      const context = { store: now.store, constraints: withLists(now.constraints, terms), now: call.now };
      const decision = decideRotation(verified, { ...context, keyIdOf: (key) => keyIdOf(key, home.platform) });
      if (decision.kind === "rotate") return { do: "rotate", ...decision.rotation };
      if (decision.kind === "done") return undefined;
      const { publisher, sequence, statement_sha256 } = decision.record;
      return { do: "freeze", publisher, sequence, statement_sha256 };
    };
    const { change, changed, state } = await decideTrustChange(home, "rotate", decide, call);
    const { publisher, old_public_key, new_public_key, sequence } = verified.terms;
    // The freeze is kept, and the statement is refused all the same. Spec 3.4.
    if (change?.do === "freeze") throw conflicting(state.store, publisher, sequence);
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
