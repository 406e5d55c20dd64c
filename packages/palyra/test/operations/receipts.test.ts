import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Receipt, writeReceipt } from "palyra-skills/receipt";
import { beforeEach, describe, expect, it } from "vitest";
import { compose } from "../../src/entry/compose.ts";
import { draftReceipt, finishReceipt, outputSha256, receiptIn, type UnsignedReceipt } from "../../src/execution/index.ts";
import { newEvent, redact } from "../../src/journal/index.ts";
import { everyReceipt, receiptMeant } from "../../src/operations/receipts/shared.ts";
import { writeNewFile } from "../../src/operations/shared/new-file.ts";
import { receiptKeys } from "../../src/operations/shared/receipt-keys.ts";
import { commandLine, errorOf, parsed, type Ran, temporaryFolder } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
const palyra = (...argv: string[]): Promise<Ran> => commandLine(root)(...argv);
const json = async (...argv: string[]): Promise<Record<string, unknown>> => Object(parsed(await palyra(...argv, "--json")));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A run as the journal would have it, signed with the host's own key. */
async function record(change: Partial<UnsignedReceipt> = {}): Promise<Receipt> {
  const env = { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" };
  const { home } = compose({}, env);
  const call = newCall();
  const keys = receiptKeys(home);
  const draft = await draftReceipt(keys, change.receipt_id ?? home.newUlid(call.now), bytes("in"));
  const receipt = await finishReceipt(keys, {
    receipt_id: draft.receipt_id,
    principal: "user:local",
    device_id: "d",
    channel: null,
    surface: "terminal",
    skill_id: "acme.echo",
    version: "1.0.0",
    tool_id: "acme.echo.say",
    artifact_sha256: "a1".repeat(32),
    module_sha256: "b2".repeat(32),
    policy_sha256: "c3".repeat(32),
    input_sha256: draft.input_sha256,
    output_sha256: outputSha256(keys, draft, bytes("out")),
    grants: ["secret=skill:acme.echo/token"],
    outcome: "Ok",
    fuel_used: 18_446_744_073_709_551_615n,
    fuel_allowed: 400_000n,
    memory_used_bytes: 65_536,
    memory_allowed_bytes: 1_048_576,
    wall_used_ms: 3,
    wall_allowed_ms: 1_500,
    started_at_unix_ms: call.now,
    finished_at_unix_ms: call.now + 3,
    ...change,
  });
  const journal = await home.openJournal(home.places.journal, { create: true, auditFile: join(root, "audit.ndjson") });
  const payload = { skill_id: receipt.skill_id, receipt };
  await journal.transaction((writer) => void writer.append(newEvent(receipt.receipt_id, call, "skill.finished", payload)));
  await journal.close();
  return receipt;
}

describe("a receipt in the journal", () => {
  it("comes back as it was signed: nothing of it is taken for a secret", async () => {
    const receipt = await record();
    expect(receiptIn(redact({ receipt }))).toEqual(receipt);
    expect(receiptIn({ receipt: { ...receipt, more: 1 } })).toBeUndefined();
    expect(receiptIn({})).toBeUndefined();
  });

  it("is listed and shown, with the host's key; every run has the same key and a salt of its own", async () => {
    expect(await json("skills", "receipts", "list")).toEqual({ host_public_key: null, count: 0, receipts: [] });
    const [one, two] = [await record(), await record({ outcome: "TimedOut" })];
    const listed = await json("skills", "receipts", "list");
    expect(listed).toMatchObject({ host_public_key: one.host_public_key, count: 2 });
    expect(two.host_public_key).toBe(one.host_public_key);
    expect(two.input_sha256).not.toBe(one.input_sha256);
    expect(await json("skills", "receipts", "show", one.receipt_id)).toMatchObject({ seq: 1, salt: null });
    expect((await palyra("skills", "receipts", "list")).stdout).toMatch(/TimedOut/);
    // As it begins, where no other does; digits of Crockford's have no case.
    const beginning = one.receipt_id.slice(0, -1).toLowerCase();
    const isOthers = two.receipt_id.toLowerCase().startsWith(beginning);
    const shown = await palyra("skills", "receipts", "show", isOthers ? one.receipt_id : beginning, "--salt", "--json");
    expect(parsed(shown)).toMatchObject({ receipt: { receipt_id: one.receipt_id } });
    const several = await palyra("skills", "receipts", "show", one.receipt_id.slice(0, 6), "--json");
    expect(several.exit).toBe(2);
    expect(errorOf(several)).toMatchObject({ code: "Usage", hint: expect.stringContaining(two.receipt_id) });
    const missing = await palyra("skills", "receipts", "show", "none", "--json");
    expect(errorOf(missing).code).toBe("ReceiptNotFound");
  });
});

describe("T40: receipts that name all that a stranger's skill may use", () => {
  const LONG = Array.from({ length: 3500 }, (_, at) => `network=${at}.${"a".repeat(1000)}.example`).sort();

  it("are read a few at a time by whoever exports all of them, and one alone by whoever names it", async () => {
    const [first, , third] = [await record({ grants: LONG }), await record({ grants: LONG }), await record({ grants: LONG })];
    const { home } = compose({}, { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });
    const seen: string[] = [];
    for await (const { receipt } of everyReceipt(home, {}, newCall())) {
      // What is written while the first are read is read, too: nothing was read ahead of them.
      if (seen.push(receipt.receipt_id) === 1) await record({ grants: [] });
    }
    expect([seen.length, seen[0], seen[2]]).toEqual([4, first.receipt_id, third.receipt_id]);
    const asked: unknown[] = [];
    const journal = await home.openJournal(home.places.journal, { create: false });
    const watched = {
      ...home,
      openJournal: async () => ({
        ...journal,
        events: async (query: object) => {
          asked.push(query);
          return journal?.events(query);
        },
        close: async () => {},
      }),
    };
    const meant = await receiptMeant(Object(watched), { id: third.receipt_id.toLowerCase() }, newCall());
    expect([meant.seq, meant.receipt.grants.length]).toEqual([3, 3500]);
    expect(asked).toEqual([{ kinds: ["skill.finished"], ulid: third.receipt_id, last: 4 }]);
    await journal?.close();
    const file = join(root, "all.ndjson");
    expect(await json("skills", "receipts", "export", "--output", file)).toMatchObject({ count: 4 });
    expect(readFileSync(file, "utf8").trimEnd().split("\n")).toHaveLength(4);
    expect(await json("skills", "receipts", "export", "--last", "2", "--output", join(root, "two"))).toMatchObject({ count: 2 });
  }, 60_000);

  it("leave no file behind that has a part of them", async () => {
    const file = join(root, "part.ndjson");
    const some = async function* () {
      yield bytes("one\n");
      throw new Error("no more");
    };
    await expect(writeNewFile(file, some())).rejects.toThrow();
    expect(existsSync(file)).toBe(false);
  });
});

describe("T26: a run whose receipt cannot be read", () => {
  it("is told, wherever receipts are shown: it is not one that never was", async () => {
    await record();
    const { home } = compose({}, { HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });
    const journal = await home.openJournal(home.places.journal, { create: true, auditFile: join(root, "audit.ndjson") });
    const call = newCall();
    const payload = { skill_id: "acme.echo", receipt: { receipt_id: "none" } };
    await journal.transaction((writer) => void writer.append(newEvent(home.newUlid(call.now), call, "skill.finished", payload)));
    await journal.close();
    const listed = await palyra("skills", "receipts", "list");
    expect([listed.exit, listed.stderr]).toEqual([0, expect.stringContaining("1 run is recorded whose receipt cannot be read")]);
    expect((await palyra("skills", "receipts", "export")).stderr).toContain("1 run is recorded whose receipt cannot be read");
  });
});

describe("skills receipts verify", () => {
  it("holds what was exported, on another host too, by the key that is named", async () => {
    const receipt = await record();
    await record();
    const file = join(root, "receipts.ndjson");
    expect(await json("skills", "receipts", "export", "--output", file)).toMatchObject({ output: file, count: 2 });
    expect((await palyra("skills", "receipts", "export")).stdout).toBe(readFileSync(file, "utf8"));
    expect(await json("skills", "receipts", "verify", file)).toMatchObject({ verified: 2, key_from: "this host" });
    const elsewhere = commandLine(temporaryFolder());
    const there = await elsewhere("skills", "receipts", "verify", file, "--key", receipt.host_public_key, "--json");
    expect([there.exit, parsed(there)]).toEqual([0, expect.objectContaining({ verified: 2, key_from: "--key" })]);
    const any = await elsewhere("skills", "receipts", "verify", file);
    expect([any.exit, any.stdout.split("\n")]).toEqual([
      1,
      [
        "proves nothing: 2 receipts: nobody said whose key must have signed them, and this host has signed nothing: --key says it",
        `0 receipts of 2 in ${file} hold`,
        "",
      ],
    ]);
    const unsaid = await elsewhere("skills", "receipts", "verify", file, "--json");
    expect([unsaid.exit, parsed(unsaid)]).toEqual([1, expect.objectContaining({ verified: 0, key: null, key_from: null })]);
    // However many there are, that is what is said of them.
    const many = Array.from({ length: 1001 }, () => writeReceipt(receipt, { indent: 0 }));
    const manyFile = join(root, "many.ndjson");
    writeFileSync(manyFile, Buffer.concat(many));
    const unsaidOfMany = await elsewhere("skills", "receipts", "verify", manyFile);
    expect([unsaidOfMany.exit, unsaidOfMany.stdout]).toEqual([
      1,
      expect.stringContaining("1,001 receipts: nobody said whose key"),
    ]);
    const wrong = await elsewhere("skills", "receipts", "verify", file, "--key", "ab".repeat(32));
    expect([wrong.exit, wrong.stdout]).toEqual([1, expect.stringContaining("another key signed it")]);
  });

  it("takes one that was exported by its id, and says of what a command answers that it is none", async () => {
    const [one] = [await record(), await record()];
    const file = join(root, "one.ndjson");
    const exported = await palyra("skills", "receipts", "export", "--id", one.receipt_id, "--output", file, "--json");
    expect([exported.exit, parsed(exported)]).toEqual([0, expect.objectContaining({ count: 1 })]);
    expect(await json("skills", "receipts", "verify", file)).toMatchObject({
      verified: 1,
      receipts: [{ receipt: { receipt_id: one.receipt_id } }],
    });
    const missing = await palyra("skills", "receipts", "export", "--id", "none", "--json");
    expect(errorOf(missing).code).toBe("ReceiptNotFound");
    const answers = [["show", one.receipt_id], ["export"], ["list"], ["verify", file]];
    for (const words of answers) {
      const { stdout } = await palyra("skills", "receipts", ...words, "--json");
      writeFileSync(join(root, "answer.json"), stdout);
      const refused = await palyra("skills", "receipts", "verify", join(root, "answer.json"), "--json");
      expect(errorOf(refused)).toMatchObject({
        code: "Serialization",
        details: { faults: [{ problem: expect.stringContaining("receipts export --id ID --output FILE") }] },
      });
    }
  });

  it("says of a skill that has none that no run of it is recorded, and exports nothing: a file of none would be refused", async () => {
    const file = join(root, "none.ndjson");
    const refused = async (...words: string[]) => {
      const ran = await palyra("skills", "receipts", "export", ...words, "--json");
      return [ran.exit, errorOf(ran)];
    };
    const nothing = { code: "ReceiptNotFound", message: "no run is recorded here", details: {} };
    expect(await refused("--output", file)).toEqual([1, expect.objectContaining(nothing)]);
    expect(await refused()).toEqual([1, expect.objectContaining(nothing)]);
    await record();
    const eco = { code: "ReceiptNotFound", message: "no run of acme.eco is recorded here", details: { skill_id: "acme.eco" } };
    expect(await refused("acme.eco", "--output", file)).toEqual([1, expect.objectContaining(eco)]);
    expect(existsSync(file)).toBe(false);
    expect((await palyra("skills", "receipts", "list", "acme.eco")).stderr).toContain("no run of acme.eco is recorded");
    expect((await palyra("skills", "receipts", "list", "acme.echo")).stderr).toBe("");
  });

  it("fails where one was changed, and still tells of the others", async () => {
    const receipt = await record();
    const file = join(root, "r.ndjson");
    const lines = [writeReceipt(receipt, { indent: 0 }), writeReceipt({ ...receipt, outcome: "TimedOut" }, { indent: 0 })];
    writeFileSync(file, Buffer.concat(lines));
    const ran = await palyra("skills", "receipts", "verify", file, "--json");
    expect(ran.exit).toBe(1);
    expect(Object(parsed(ran)).receipts.map(({ problem }: { problem: string | null }) => problem)).toEqual([
      null,
      "its signature does not hold",
    ]);
    writeFileSync(file, "{}");
    expect(errorOf(await palyra("skills", "receipts", "verify", file, "--json")).code).toBe("Serialization");
    writeFileSync(file, "\n");
    const empty = await palyra("skills", "receipts", "verify", file, "--json");
    expect([empty.exit, errorOf(empty).code]).toEqual([1, "Serialization"]);
    expect((await palyra("skills", "receipts", "verify", file)).stderr).toMatch(/it is empty: no receipt stands in it/);
  });

  it("reads no further where too much of a file proves nothing", async () => {
    const receipt = await record();
    const file = join(root, "r.ndjson");
    writeFileSync(file, Buffer.concat(Array.from({ length: 1002 }, () => writeReceipt(receipt, { indent: 0 }))));
    const ran = await palyra("skills", "receipts", "verify", file, "--json");
    expect(ran.exit).toBe(1);
    expect(errorOf(ran)).toMatchObject({
      code: "Serialization",
      details: {
        faults: [
          {
            line: 1002,
            problem: expect.stringContaining("it is read no further"),
            allowed: expect.stringContaining("1000 lines"),
          },
          { line: 2, problem: "a receipt of that id stands before it in the file" },
        ],
      },
    });
    const elsewhere = await commandLine(temporaryFolder())("skills", "receipts", "verify", file, "--key", "ab".repeat(32));
    expect([elsewhere.exit, elsewhere.stderr.split("\n")]).toEqual([
      1,
      [
        `error: ${file} was not read to its end`,
        expect.stringContaining("too much of it proves nothing: it is read no further"),
        expect.stringContaining("another key signed it"),
        expect.stringMatching(/^hint: whose key must have signed receipts --key says: palyra skills receipts list shows it/),
        "",
      ],
    ]);
  });

  it("fails where a line is no receipt, names it, and still tells of the others", async () => {
    const receipt = await record();
    const file = join(root, "r.ndjson");
    const good = Buffer.from(writeReceipt(receipt, { indent: 0 }));
    writeFileSync(file, Buffer.concat([Buffer.from('{"statement":\n'), good, good.subarray(0, -9)]));
    const ran = await palyra("skills", "receipts", "verify", file, "--json");
    expect([ran.exit, parsed(ran)]).toEqual([
      1,
      expect.objectContaining({
        verified: 1,
        receipts: [expect.objectContaining({ problem: null })],
        unreadable: [1, 3].map((line) => expect.objectContaining({ line })),
      }),
    ]);
    const said = (await palyra("skills", "receipts", "verify", file)).stdout;
    expect(said).toMatch(/^holds: .*\nno receipt: line 1: .+\nno receipt: line 3: .+\n1 receipt of 3 in .* holds\n/);
    writeFileSync(file, good);
    expect(await json("skills", "receipts", "verify", file)).toMatchObject({ verified: 1, unreadable: [] });
  });

  it("fails where one stands twice in a file: it is one run", async () => {
    const receipt = await record();
    const file = join(root, "r.ndjson");
    writeFileSync(file, Buffer.concat([writeReceipt(receipt, { indent: 0 }), writeReceipt(receipt, { indent: 0 })]));
    const ran = await palyra("skills", "receipts", "verify", file, "--json");
    expect([ran.exit, parsed(ran)]).toEqual([
      1,
      expect.objectContaining({
        verified: 1,
        receipts: [
          expect.objectContaining({ problem: null }),
          expect.objectContaining({ problem: "a receipt of that id stands before it in the file" }),
        ],
      }),
    ]);
  });

  it("opens input and output by the salt, and by nothing else", async () => {
    const receipt = await record();
    const file = join(root, "r.json");
    const input = join(root, "in");
    const output = join(root, "out");
    writeFileSync(file, writeReceipt(receipt));
    writeFileSync(input, "in");
    writeFileSync(output, "out");
    const { salt } = await json("skills", "receipts", "show", receipt.receipt_id, "--salt");
    const verify = (...words: string[]) => palyra("skills", "receipts", "verify", file, ...words);
    expect((await verify("--input", input, "--output", output, "--salt", String(salt))).exit).toBe(0);
    expect((await verify("--input", output, "--salt", String(salt))).stdout).toContain("that is not its input");
    expect((await verify("--output", output, "--salt", "ab".repeat(32))).exit).toBe(1);
    await record();
    const several = join(root, "several.ndjson");
    await palyra("skills", "receipts", "export", "--output", several);
    const refused = await palyra("skills", "receipts", "verify", several, "--input", input, "--salt", String(salt), "--json");
    expect([refused.exit, errorOf(refused)]).toEqual([
      2,
      expect.objectContaining({
        code: "Usage",
        message: `--input and --output go with one receipt, and ${several} has several`,
      }),
    ]);
    expect((await verify("--input", input)).exit).toBe(2);
  });
});
