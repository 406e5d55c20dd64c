import { toHex } from "palyra-skills/encoding";
import { signRevocation, verifyRevocation, writeRevocation } from "palyra-skills/signature";
import { decideRevocation } from "palyra-skills/trust";
import * as v from "valibot";
import { outputFile, text } from "../field.ts";
import { operation } from "../operation.ts";
import { readKeyFile, writeNewFile } from "../shared/new-file.ts";
import { publisher } from "./shared.ts";

export interface SignRevocationDocument {
  readonly output: string;
  readonly publisher: string;
  /** The key that signs, and that is to be believed no longer. */
  readonly public_key: string;
  readonly reason: string;
  readonly revoked_at_unix_ms: number;
  readonly statement_sha256: string;
}

export const signRevocationStatement = operation({
  input: v.strictObject({
    publisher,
    signingKeyFile: text("FILE", "The key that is to be believed no longer: it says so itself"),
    reason: text("TEXT", "Why: shown wherever it is refused"),
    output: outputFile("Where the statement is written; never overwritten", { stdout: false }),
  }),
  positional: ["publisher"],
  examples: [
    'skills trust sign-revocation acme --signing-key-file acme.key --reason "the key leaked" --output acme-revocation.json',
  ],
  notes:
    "For publishers: writes the statement that takes a key of yours back, best made with the key and kept apart from it. It changes no trust here: users apply it with skills trust revoke --statement. There is no way back.",
  errors: ["InvalidSigningKeyLength", "SignatureVerificationFailed", "RevocationRefused", "Io"],
  run: async ({ home }, { publisher, signingKeyFile, reason, output }, call): Promise<SignRevocationDocument> => {
    const secretKey = await readKeyFile(signingKeyFile);
    const public_key = toHex(await home.platform.ed25519.publicKey(secretKey));
    const terms = { publisher, subject: "key", revoked: public_key, reason, revoked_at_unix_ms: call.now } as const;
    const statement = await signRevocation(terms, secretKey, home.platform);
    // As its readers will.
    const verified = await verifyRevocation(statement, home.platform);
    await writeNewFile(output, writeRevocation(statement));
    return { output, ...decideRevocation(verified), statement_sha256: verified.sha256 };
  },
});
