import { type Fault, SkillError } from "palyra-skills";
import { isCommitted, type Receipt, type ReceiptLine, ReceiptReader, verifyReceipt } from "palyra-skills/receipt";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { readBounded, readPieces } from "../../files/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { text } from "../field.ts";
import { operation } from "../operation.ts";
import { hostPublicKey } from "../shared/receipt-keys.ts";

export interface ReceiptVerifyDocument {
  readonly file: string;
  readonly verified: number;
  /** Whose key the receipts must have been signed with, and where that was said: `--key`, or `this host`; null: nobody said, and nothing holds. */
  readonly key: string | null;
  readonly key_from: "--key" | "this host" | null;
  readonly receipts: readonly VerifiedLine[];
  /** Lines that are no receipt: each is one that does not hold. */
  readonly unreadable: readonly UnreadableLine[];
}

export interface UnreadableLine {
  readonly line: number;
  readonly faults: readonly Fault[];
}

export interface VerifiedLine {
  readonly receipt: Receipt;
  /** Names it: of its message. Null where its signature does not hold. */
  readonly sha256: string | null;
  /** Why it proves nothing; null: it holds. */
  readonly problem: string | null;
}

/** Bytes of a file of receipts. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

export const verify = operation({
  input: v.strictObject({
    file: text("FILE", "A receipt, or a file with one on each line"),
    key: v.optional(
      text("KEY", "The host's public key, 64 hex digits; without it this host's own, which must be there", keyProblem),
    ),
    input: v.optional(text("FILE", "Also whether this was the input; needs --salt and one receipt")),
    output: v.optional(text("FILE", "Also whether this was the output; needs --salt and one receipt")),
    salt: v.optional(text("SALT", "64 hex digits, of palyra skills receipts show --salt", keyProblem)),
  }),
  positional: ["file"],
  examples: [
    "skills receipts verify receipts.ndjson --key <64 hex digits>",
    "skills receipts verify one.json --input in.json --salt <64 hex digits>",
  ],
  notes:
    "Offline, from the file alone. --input and --output compare bytes: of an answer those that skills run --output wrote. A receipt proves that the holder of that key asserted this, not that no other run was left out. Exits with 1 where one does not hold, or a line is none.",
  errors: ["Serialization", "VaultUnavailable", "Io"],
  problem: ({ input, output, salt }) =>
    (input !== undefined || output !== undefined) !== (salt !== undefined) ? "--salt goes with --input or --output" : undefined,
  run: async ({ home }, asked): Promise<ReceiptVerifyDocument> => {
    const { input, output, file } = asked;
    const texts = {
      ...(input === undefined ? {} : { input: await bytesOf(input, MAX_TEXT_BYTES) }),
      ...(output === undefined ? {} : { output: await bytesOf(output, MAX_TEXT_BYTES) }),
    };
    const own = asked.key === undefined ? await hostPublicKey(home) : null;
    const key = asked.key?.toLowerCase() ?? own;
    const reader = new ReceiptReader(file);
    const lines: VerifiedLine[] = [];
    const unreadable: UnreadableLine[] = [];
    const known = new Set<string>();
    for await (const read of receiptLines(reader, file)) {
      if ("faults" in read) {
        unreadable.push({ line: read.line, faults: read.faults });
        continue;
      }
      if (asked.salt !== undefined && lines.length > 0) throw ofSeveral(file);
      const { receipt } = read;
      const signed = await verifyReceipt(receipt, home.platform).catch(signatureProblem);
      const sha256 = typeof signed === "string" ? null : signed.sha256;
      const problem =
        typeof signed === "string"
          ? signed
          : (otherKey(receipt, key) ?? secondOf(receipt, known) ?? textProblem(receipt, asked.salt, texts, home));
      // What nobody said a key for is nothing wrong with the file.
      if (problem !== undefined && (key !== null || sha256 === null)) reader.reject(read, problem);
      lines.push({ receipt, sha256, problem: problem ?? null });
    }
    const verified = lines.filter(({ problem }) => problem === null).length;
    const key_from = asked.key !== undefined ? "--key" : own !== null ? "this host" : null;
    return { file, verified, key, key_from, receipts: lines, unreadable };
  },
  failed: ({ receipts, unreadable, verified }) => unreadable.length > 0 || receipts.length === 0 || verified < receipts.length,
});

/** One salt is of one receipt: of each other it would be said that this was not its input. */
const ofSeveral = (file: string): PalyraError =>
  new PalyraError("Usage", {
    problem: `--input and --output go with one receipt, and ${file} has several`,
    hint: "palyra skills receipts export --id ID --output FILE writes one",
  });

function signatureProblem(error: unknown): string {
  if (error instanceof SkillError && error.code === "SignatureVerificationFailed") return "its signature does not hold";
  throw error;
}

/** By a key that nobody named anybody could have signed it. */
function otherKey({ host_public_key }: Receipt, key: string | null): string | undefined {
  if (key === null) return "nobody said whose key must have signed it: --key says it";
  return key === host_public_key ? undefined : "another key signed it";
}

/** One run is one receipt, however often it is handed in. */
function secondOf({ receipt_id }: Receipt, known: Set<string>): string | undefined {
  if (known.has(receipt_id)) return "a receipt of that id stands before it in the file";
  known.add(receipt_id);
  return undefined;
}

function textProblem(
  receipt: Receipt,
  salt: string | undefined,
  texts: { readonly input?: Uint8Array; readonly output?: Uint8Array },
  { platform }: Home,
): string | undefined {
  if (salt === undefined) return undefined;
  for (const of of ["input", "output"] as const) {
    const bytes = texts[of];
    const digest = receipt[`${of}_sha256`];
    if (bytes !== undefined && (digest === null || !isCommitted(digest, of, salt.toLowerCase(), bytes, platform)))
      return OTHER_TEXT[of];
  }
  return undefined;
}

const OTHER_TEXT = {
  input: "that is not its input: it is of the very bytes that the tool was given, a line feed at their end included",
  output:
    "that is not its output: it is of the tool's own bytes, which palyra skills run --output FILE writes; what run prints is the same JSON, laid out anew",
} as const;

async function* receiptLines(reader: ReceiptReader, file: string): AsyncGenerator<ReceiptLine> {
  let isBegun = false;
  for await (const piece of readPieces(file, MAX_FILE_BYTES)) {
    if (!isBegun) refuseAnswers(piece, file);
    isBegun = true;
    yield* reader.push(piece);
  }
  yield* reader.end();
}

/** How answers begin that have receipts in them: of `run`, `receipts show`, `export`, `list` and `verify`. */
const ANSWERS = /^\s*\{\s*"(?:tool_id|receipt|output|host_public_key|file)"\s*:/;
const BEGINNING_BYTES = 1024;

/** Each of its fields would be told as wrong, and none of it what it is. */
function refuseAnswers(bytes: Uint8Array, document: string): void {
  const beginning = Buffer.from(bytes.subarray(0, BEGINNING_BYTES)).toString("latin1");
  if (!ANSWERS.test(beginning) || beginning.includes('"statement"')) return;
  const problem =
    "it is what a command answers with --json, and no receipt as it is handed on: palyra skills receipts export --id ID --output FILE writes one";
  throw new SkillError("Serialization", { document, faults: [{ path: "", problem }] });
}

async function bytesOf(file: string, limit: number): Promise<Uint8Array> {
  const read = await readBounded(file, limit);
  if (!read.ok)
    throw new SkillError("Serialization", {
      document: file,
      faults: [{ path: "", problem: "too large", allowed: `at most ${limit} bytes` }],
    });
  return read.bytes;
}

function keyProblem(value: string): string | undefined {
  return /^[0-9a-f]{64}$/i.test(value) ? undefined : "is not 64 hex digits";
}
