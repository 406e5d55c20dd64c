import { signRotation, verifyRotation, writeRotation } from "palyra-skills/signature";
import * as v from "valibot";
import { integer, outputFile, text } from "../field.ts";
import { operation } from "../operation.ts";
import { readKeyFile, writeNewFile } from "../shared/new-file.ts";
import { publisher } from "./shared.ts";

export interface SignRotationDocument {
  readonly output: string;
  readonly publisher: string;
  readonly old_public_key: string;
  readonly new_public_key: string;
  readonly sequence: number;
  readonly expires_at_unix_ms: number;
  readonly statement_sha256: string;
}

export const signRotationStatement = operation({
  input: v.strictObject({
    publisher,
    oldKeyFile: text("FILE", "The signing key that it has"),
    newKeyFile: text("FILE", "The signing key that takes its place"),
    sequence: integer("NUMBER", "Higher than in any statement before", 1),
    expiresAtUnixMs: integer("MS", "Nobody applies it after this time, milliseconds since 1970", 0),
    output: outputFile("Where the statement is written; never overwritten", { stdout: false }),
  }),
  positional: ["publisher"],
  examples: [
    "skills trust sign-rotation acme --old-key-file old.key --new-key-file new.key --sequence 1 --expires-at-unix-ms 1900000000000 --output acme-rotation.json",
  ],
  notes:
    "For publishers: writes the statement that moves your users from one key to the next. It changes no trust here: users apply it with skills trust rotate.",
  errors: ["InvalidSigningKeyLength", "SignatureVerificationFailed", "Io"],
  run: async ({ home }, input): Promise<SignRotationDocument> => {
    const { publisher, sequence, expiresAtUnixMs: expires_at_unix_ms, output } = input;
    const oldSecretKey = await readKeyFile(input.oldKeyFile);
    const newSecretKey = await readKeyFile(input.newKeyFile);
    const keys = { oldSecretKey, newSecretKey };
    const statement = await signRotation({ publisher, sequence, expires_at_unix_ms, ...keys }, home.platform);
    // As its users will: two files with one key are found out here.
    const { terms, sha256: statement_sha256 } = await verifyRotation(statement, home.platform);
    await writeNewFile(output, writeRotation(statement));
    return { output, ...terms, statement_sha256 };
  },
});
