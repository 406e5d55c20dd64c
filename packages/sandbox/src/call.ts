/** One call (spec 10, steps 3 and 5): prepared while nothing of the module runs yet, then run once, in an instance of its own. */
import type { JsonObject } from "palyra-skills/encoding";
import { deniedBy } from "./denied.ts";
import { Exit, endedOf, failed, type Outcome, quotaExceeded, Stop } from "./ended.ts";
import { decodeReply, encodeRequest, type HostReply, type HostRequest } from "./host-messages.ts";
import { link, linkAhead } from "./instance.ts";
import { MAX_FUEL, MAX_TABLE_ELEMENTS } from "./limits.ts";
import { type Entry, entryOf, importsOf, linkFault } from "./link.ts";
import { type Compiled, compiled, isOutcome } from "./modules.ts";
import type { Ended, Prepare } from "./protocol.ts";
import { randomness } from "./random.ts";
import { answerFault, requestFault } from "./schema.ts";
import { Log, Output } from "./sinks.ts";
import { trapOf } from "./traps.ts";
import type { WasiContext } from "./wasi/index.ts";
import { WireFault } from "./wire.ts";

/** What a call needs of the pipes. */
export interface Host {
  ask(request: Uint8Array): Uint8Array;
  log(bytes: Uint8Array): void;
}

export interface Prepared {
  run(host: Host): Ended;
  /** After it, while there is nothing to do: for the next call of the same module. */
  ahead(): void;
}

const NOT_STARTED = { fuel: 0n, memoryBytes: 0 };

export function prepare(call: Prepare): Prepared | Ended {
  const fault = call.inputSchema === undefined ? undefined : requestFault(call.input, call.inputSchema);
  if (fault !== undefined) return endedOf(fault, NOT_STARTED);
  const module = compiled(call);
  if (isOutcome(module)) return endedOf(module, NOT_STARTED);
  const problem = linkFault(module, call);
  const entry = entryOf(module.exports, call.entrypoint);
  if (problem !== undefined || entry === undefined) return endedOf(problem ?? failed("entrypoint"), NOT_STARTED);
  const run = (host: Host): Ended => new Run(call, module, entry, host).run();
  return { run, ahead: () => linkAhead(module.module, module.imports) };
}

/** Bits of the counter of refused growth. */
const MEMORY_REFUSED = 1;
const TABLE_REFUSED = 2;

class Run {
  readonly #call: Prepare;
  readonly #compiled: Compiled;
  readonly #entry: Entry;
  readonly #host: Host;
  readonly #output = new Output();
  readonly #budget: bigint;
  #exports: WebAssembly.Instance["exports"] = {};
  #denied: JsonObject | undefined;

  constructor(call: Prepare, module: Compiled, entry: Entry, host: Host) {
    this.#call = call;
    this.#compiled = module;
    this.#entry = entry;
    this.#host = host;
    this.#budget = call.fuel < MAX_FUEL ? call.fuel : MAX_FUEL;
  }

  run(): Ended {
    const outcome = this.#explained(this.#outcome());
    return endedOf(outcome, { fuel: this.#used(), memoryBytes: this.#memoryBytes() }, this.#output.bytes);
  }

  #outcome(): Outcome {
    try {
      return this.#finished(this.#execute());
    } catch (error) {
      if (error instanceof Stop) return error.outcome;
      if (error instanceof Exit) return this.#finished(error.code);
      if (error instanceof WebAssembly.LinkError) return failed("link");
      const trap = trapOf(error);
      if (trap === undefined) throw error;
      return trap;
    }
  }

  /** The exit code. */
  #execute(): number {
    const { module, imports, names } = this.#compiled;
    const functions = importsOf(this.#compiled, this.#call, this.#context());
    const linked = link(module, imports);
    this.#exports = linked.exports;
    linked.begin(functions);
    this.#fuel.value = -this.#budget;
    if (names.start !== undefined) this.#callExport(names.start);
    const results = this.#entry.functions.map((name) => this.#callExport(name));
    const last = results.at(-1);
    return this.#entry.hasResult && typeof last === "number" ? last >>> 0 : 0;
  }

  #callExport(name: string): unknown {
    const found = this.#exports[name];
    if (typeof found !== "function") throw new Stop(failed("entrypoint"));
    return found();
  }

  /** It came to its end by itself. */
  #finished(exitCode: number): Outcome {
    // A module of Palyra's interface answers by its exit code (spec 10.4).
    if (this.#call.kind === "palyra") return { kind: "Ok", details: {}, exitCode };
    if (exitCode !== 0) return { ...failed("exit", { exit_code: exitCode }), exitCode };
    const fault = this.#call.outputSchema === undefined ? undefined : answerFault(this.#output.bytes, this.#call.outputSchema);
    return fault === undefined ? { kind: "Ok", details: {}, exitCode } : { ...fault, exitCode };
  }

  /** What failed because of a limit or a refusal says so. */
  #explained(outcome: Outcome): Outcome {
    if (outcome.kind !== "RuntimeFailure") return outcome;
    const { fault } = outcome.details;
    // Whatever trapped: what else it may be is not told apart, as in Palyra (spec 10.2).
    if (fault === "trap" && this.#used() >= this.#budget) return this.#outOfFuel();
    if (fault !== "trap" && fault !== "exit") return outcome;
    const more = outcome.exitCode === undefined ? {} : { exitCode: outcome.exitCode };
    if (this.#denied !== undefined) return { kind: "CapabilityDenied", details: this.#denied, ...more };
    const refused = this.#refused();
    if ((refused & MEMORY_REFUSED) !== 0)
      return { ...quotaExceeded("max_memory_bytes", this.#memoryBytes(), this.#call.memoryBytes), ...more };
    if ((refused & TABLE_REFUSED) !== 0)
      return { ...quotaExceeded("table_elements", this.#tableElements(), MAX_TABLE_ELEMENTS), ...more };
    return outcome;
  }

  get #fuel(): WebAssembly.Global {
    const counter = this.#exports[this.#compiled.names.fuel];
    if (!(counter instanceof WebAssembly.Global)) throw new WireFault("a module without its counter");
    return counter;
  }

  #used(): bigint {
    if (this.#exports[this.#compiled.names.fuel] === undefined) return 0n;
    const { value } = this.#fuel;
    return typeof value === "bigint" ? value + this.#budget : 0n;
  }

  #outOfFuel(): Outcome {
    return quotaExceeded("fuel_budget", this.#used(), this.#budget);
  }

  #refused(): number {
    const counter = this.#exports[this.#compiled.names.refused];
    return counter instanceof WebAssembly.Global && typeof counter.value === "number" ? counter.value : 0;
  }

  /** Of all memories. */
  #memoryBytes(): number {
    return this.#compiled.names.memories.reduce((sum, name) => {
      const memory = this.#exports[name];
      return memory instanceof WebAssembly.Memory ? sum + memory.buffer.byteLength : sum;
    }, 0);
  }

  /** Of all tables; one that is not exported counts as what it began with. */
  #tableElements(): number {
    const sizes = new Map(this.#compiled.tables.entries());
    for (const { kind, index, name } of this.#compiled.exports) {
      const table = kind === "table" ? this.#exports[name] : undefined;
      if (table instanceof WebAssembly.Table) sizes.set(index, Number(table.length));
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  #context(): WasiContext {
    const { input, toolId, skillId, roots, frozenUnixMs, seed, fuelMode } = this.#call;
    return {
      memory: () => {
        const memory = this.#exports["memory"];
        // A start function that runs before there are exports is none here: it is called by us.
        return memory instanceof WebAssembly.Memory ? new Uint8Array(memory.buffer) : NO_MEMORY;
      },
      stdin: input,
      stdout: this.#output,
      stderr: new Log((bytes) => this.#host.log(bytes)),
      args: ["tool", toolId],
      env: [`PALYRA_TOOL_ID=${toolId}`, `PALYRA_SKILL_ID=${skillId}`],
      clockMs: () => frozenUnixMs ?? Date.now(),
      random: randomness(seed),
      roots,
      ask: (request) => this.#ask(request),
      charge: (bytes) => {
        if (fuelMode === "flat") return;
        const counter = this.#fuel;
        const value = typeof counter.value === "bigint" ? counter.value + BigInt(bytes) : 0n;
        counter.value = value;
        if (value >= 0n) throw new Stop(this.#outOfFuel());
      },
      denied: (capability, operation, name) => {
        this.#denied ??= { capability, operation, ...(name === undefined ? {} : { name }) };
      },
      exit: (code) => {
        throw new Exit(code);
      },
    };
  }

  #ask(request: HostRequest): HostReply {
    const reply = decodeReply(this.#host.ask(encodeRequest(request)));
    if (reply === undefined) throw new WireFault("an answer that is none");
    this.#denied ??= deniedBy(reply, request);
    return reply;
  }
}

const NO_MEMORY = new Uint8Array(0);
