import { describe, expect, it } from "vitest";
import { command, echo, write } from "../../../testing/forge/command.ts";
import { type Host, type Prepared, prepare } from "../src/call.ts";
import type { Ended, Prepare } from "../src/protocol.ts";

const NONE = { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] };
const host: Host = { ask: () => new Uint8Array(), log: () => {} };
let made = 0;

/** A module of its own name: none is taken for another's. */
function jobOf(module: Uint8Array, change: Partial<Prepare> = {}): Prepare {
  made += 1;
  return {
    skillId: "acme.echo",
    toolId: "acme.echo.say",
    moduleSha256: `m${made}`,
    module,
    kind: "wasi",
    entrypoint: "_start",
    input: new TextEncoder().encode("{}"),
    fuel: 1_000_000n,
    memoryBytes: 1024 * 1024,
    fuelMode: "per_byte",
    grants: NONE,
    roots: [],
    ...change,
  };
}
function ready(job: Prepare): Prepared {
  const found = prepare(job);
  if (!("run" in found)) throw new Error(`${found.kind} ${found.details}`);
  return found;
}
/** Runs it, and has the next one made ahead. */
function run(job: Prepare): Ended {
  const prepared = ready(job);
  const ended = prepared.run(host);
  prepared.ahead();
  return ended;
}
const said = ({ stdout }: Ended): string => new TextDecoder().decode(stdout);

/** Adds one to a number in memory, to a global and to the size of its memory, and tells the sum of the first two. */
const counter = () =>
  command(
    `(i32.store (i32.const 512) (i32.add (i32.load (i32.const 512)) (i32.const 1)))
     (global.set $count (i32.add (global.get $count) (i32.const 1)))
     (drop (memory.grow (i32.const 1)))
     (i32.store8 (i32.const 600) (i32.add (i32.const 48) (i32.add (i32.load (i32.const 512)) (global.get $count))))
     ${write(1, 600, 1)}`,
    "(global $count (mut i32) (i32.const 0))",
  );

describe("an instance that was made ahead", () => {
  it("knows nothing of the call before: memory, globals, size and fuel are those of a new one", async () => {
    const job = jobOf(await counter());
    const [first, ...later] = Array.from({ length: 4 }, () => run(job));
    expect([first?.kind, first && said(first)]).toEqual(["Ok", "2"]);
    for (const each of later) expect(each).toEqual(first);
    // It is used up, and none is made after these.
    for (let call = 0; call < 3; call += 1) expect(ready(job).run(host)).toEqual(first);
  });

  it("gets input, arguments and quotas of the call that it is for", async () => {
    const job = jobOf(await echo());
    const inputs = ["1", '"two"', "[3]"].map((text) => new TextEncoder().encode(text));
    expect(inputs.map((input) => said(run({ ...job, input })))).toEqual(["1", '"two"', "[3]"]);
    expect(run({ ...job, fuel: 3n }).kind).toBe("QuotaExceeded");
    expect(said(run({ ...job, input: new TextEncoder().encode("4") }))).toBe("4");
  });

  it("is of that module alone, under those caps alone", async () => {
    const [one, other] = [jobOf(await counter()), jobOf(await echo())];
    expect([run(one), run(other), run(one), run(one)].map(said)).toEqual(["2", "{}", "2", "2"]);
    // Another key: the same bytes with room for what it began with and no more.
    const tight = run({ ...one, memoryBytes: 2 * 65_536 });
    expect([tight.kind, tight.memoryBytes]).toEqual(["Ok", 2 * 65_536]);
    expect(run(one).memoryBytes).toBe(3 * 65_536);
  });

  it("that could not be made is told by the call, and stops no other", async () => {
    const broken = jobOf(await command("(nop)", '(data (i32.const 200000) "beyond")'));
    const prepared = ready(broken);
    prepared.ahead();
    expect(prepared.run(host)).toMatchObject({ kind: "RuntimeFailure" });
    prepared.ahead();
    expect(said(run(jobOf(await counter())))).toBe("2");
  });
});
