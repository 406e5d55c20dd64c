// Issue 6, section 5: starts from several processes race one quarantine, whole runs of a tool. PALYRA_RACE_STARTS=10000 is the full number.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { verifyReceipt } from "palyra-skills/receipt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { command, READ, write } from "../../../../testing/forge/command.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { compose } from "../../src/entry/compose.ts";
import { receiptIn } from "../../src/execution/index.ts";
import { changeStatus } from "../../src/lifecycle/index.ts";
import { shownEvent } from "../../src/operations/journal/tail.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine } from "../cli/support.ts";
import { newCall, skillFile, temporaryFolder } from "../lifecycle/support.ts";
import type { StartsPlan, StartsResult } from "./starts.ts";

const ASKED = process.env["PALYRA_RACE_STARTS"];
const ATTEMPTS = Number(ASKED ?? 400);
const PROCESSES = 4;
const LANES = 2;
/** Milliseconds from the quarantine to the end of what ran: a second by the spec; on a machine that is busy with other tests it is not held so. */
const ENDED_MS = ASKED === undefined ? 20_000 : 1000;

/** Answers what it is told; told to `spin`, it computes; told to `nap`, it sleeps for two minutes, as long as it may. The second letter of the name tells. */
const asTold = (): Promise<Uint8Array> =>
  command(
    `${READ} (local.set $i (i32.load8_u (i32.const 1026)))
     (if (i32.eq (local.get $i) (i32.const 115)) (then (loop (br 0))))
     (if (i32.eq (local.get $i) (i32.const 110)) (then
       (i32.store (i32.const 2064) (i32.const 1)) (i64.store (i32.const 2072) (i64.const 110000000000))
       (drop (call $poll_oneoff (i32.const 2048) (i32.const 4096) (i32.const 1) (i32.const 8)))))
     ${write(1, 1024, "(i32.load (i32.const 16))")}`,
  );
const QUOTAS = "wall_clock_timeout_ms = 120000\nfuel_budget = 1000000000000\nmax_memory_bytes = 1048576";
const SECRET = '[[capabilities.secrets]]\nscope = "skill:acme.echo"\nkey_names = ["token"]';

const program = useSandboxProgram();
let script: Awaited<ReturnType<typeof bundleForNode>>;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  script = await bundleForNode(join(repositoryRoot, "packages/palyra/test/together/starts.ts"));
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
});

function start(plan: StartsPlan) {
  const child = spawn(process.execPath, [script.file, JSON.stringify(plan)], { stdio: ["pipe", "pipe", "inherit"] });
  children.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const begun = next();
  return {
    begun,
    result: begun.then(next).then((line): StartsResult => JSON.parse(line)),
    tell: () => child.stdin.end("decided\n"),
  };
}

describe.each([
  ["that runs at once", "", ["spin", "nap", "nap", "nap"], "RuntimeFailure quarantined"],
  ["that a person is asked about", SECRET, ["ask", "ask", "ask", "ask"], "NotEligible"],
] as const)(`T33: ${ATTEMPTS} runs of a tool %s, by ${PROCESSES} processes, race one quarantine`, (_, extra, held, heldEnd) => {
  it("nothing starts after it, what ran is ended, and every run has its outcome and its receipt", async () => {
    const root = temporaryFolder();
    const stateRoot = join(root, "state");
    const env = { HOME: root, PALYRA_STATE_ROOT: stateRoot, PALYRA_VAULT_BACKEND: "encrypted_file" };
    const artifact = await skillFile(root, { module: await asTold(), quotas: QUOTAS, extra });
    expect(await commandLine(root)("skills", "install", "--artifact", artifact, "--allow-untrusted")).toMatchObject({ exit: 0 });
    const { home } = compose({ stateRoot }, env);

    const attempts = ATTEMPTS / PROCESSES;
    const runs = held.map((each, at) =>
      // Two as commands are, two as daemons: the vault hears of each head, or of one a second.
      start({ stateRoot, env, program, attempts, lanes: LANES, held: each, headsEveryMs: at % 2 === 0 ? 0 : 1000 }),
    );
    expect(await Promise.all(runs.map(({ begun }) => begun))).toEqual(held.map(() => "begun"));
    await changeStatus(home, { skillId: "acme.echo", status: "quarantined" }, { ...newCall(), now: Date.now() });
    for (const { tell } of runs) tell();
    const results = await Promise.all(runs.map(({ result }) => result));

    const journal = await home.openJournal(home.places.journal, { create: false });
    const events = (await journal?.events({ last: 1_000_000 })) ?? [];
    expect((await journal?.verifyChain())?.events).toBe(events.length);
    await journal?.close();
    const all = events.map((event) => ({ ...event, payload: Object(shownEvent(event).payload) }));
    const of = (kind: string) => all.filter((event) => event.kind === `skill.${kind}`);
    const [quarantine] = of("quarantined");
    if (quarantine === undefined) throw new Error("it was not quarantined");
    const [starts, finished, refused] = [of("started"), of("finished"), of("refused")];

    // Nothing started after its commit.
    expect(starts.filter(({ seq }) => seq > quarantine.seq)).toEqual([]);
    expect(starts.length).toBeGreaterThan(PROCESSES);
    // What was started has ended, once each, and soon.
    expect(finished.map(({ payload }) => Number(payload.started_seq)).sort((one, other) => one - other)).toEqual(
      starts.map(({ seq }) => seq),
    );
    const after = finished.map(({ timestamp_unix_ms }) => timestamp_unix_ms - quarantine.timestamp_unix_ms);
    expect(Math.max(...after)).toBeLessThanOrEqual(ENDED_MS);
    // Every attempt came to the one end or the other, and was told so; no other came.
    const ends = Object.entries(sum(results.map(({ came }) => came)));
    expect(ends.reduce((total, [, count]) => total + count, 0)).toBe(ATTEMPTS);
    expect(ends.filter(([end]) => !["Ok", "NotEligible", "RuntimeFailure quarantined"].includes(end))).toEqual([]);
    expect(results.map(({ heldCame }) => heldCame)).toEqual(held.map(() => heldEnd));
    // Receipts are outcomes, and hold; refusals are written, with their reason.
    const receipts = finished.map(({ payload }) => receiptIn(payload));
    for (const receipt of receipts) await verifyReceipt(receipt ?? raise(), nodePlatform);
    const ids = receipts.map((receipt) => receipt?.receipt_id);
    expect(results.flatMap((result) => result.receipts).sort()).toEqual(ids.toSorted());
    expect(refused).toHaveLength(ATTEMPTS + PROCESSES - receipts.length);
    expect(refused.filter(({ payload }) => payload.reason !== "NotEligible")).toEqual([]);
    if (ASKED !== undefined) console.info({ starts: starts.length, refused: refused.length, lastEndMs: Math.max(...after) });
  }, 3_600_000);
});

function sum(tables: readonly { readonly [name: string]: number }[]): { readonly [name: string]: number } {
  const total: { [name: string]: number } = {};
  for (const [name, count] of tables.flatMap(Object.entries<number>)) total[name] = (total[name] ?? 0) + count;
  return total;
}

function raise(): never {
  throw new Error("an outcome without a receipt");
}
