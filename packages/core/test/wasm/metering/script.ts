/** Runs a script of the specification's tests with modules as they are, or metered. */
import { readModule } from "../../../src/wasm/index.ts";
import { type FuelMode, meter } from "../../../src/wasm/metering/index.ts";
import { attempt } from "./support.ts";
import { binaryOf, constantsOf, head, type List, nameOf, parse } from "./wast.ts";

/** What one command of a script came to: the same text for the same behaviour. */
export interface Step {
  readonly command: string;
  readonly outcome: string;
  /** Whether it is as the script says; undefined where that is not looked at. */
  readonly passed?: boolean;
}

type Exports = WebAssembly.Instance["exports"];

const SPECTEST = (): Exports & Record<string, unknown> => ({
  ...Object.fromEntries(
    ["print", "print_i32", "print_i64", "print_f32", "print_f64", "print_i32_f32", "print_f64_f64"].map((name) => [
      name,
      () => undefined,
    ]),
  ),
  global_i32: new WebAssembly.Global({ value: "i32" }, 666),
  global_i64: new WebAssembly.Global({ value: "i64" }, 666n),
  global_f32: new WebAssembly.Global({ value: "f32" }, 666.6),
  global_f64: new WebAssembly.Global({ value: "f64" }, 666.6),
  memory: new WebAssembly.Memory({ initial: 1, maximum: 2 }),
  table: new WebAssembly.Table({ initial: 10, maximum: 20, element: "anyfunc" }),
});

/** Plenty: no script is about running out. */
const BUDGET = 1n << 61n;
/** Nothing is lowered, be it imported by several. */
const CAPS = { memoryBytes: 2 ** 52, tableElements: 2 ** 40 };

export class Script {
  readonly #text: string;
  readonly #mode: FuelMode | undefined;
  readonly #registered: Record<string, Record<string, unknown>> = { spectest: SPECTEST() };
  readonly #named = new Map<string, Exports>();
  #current: Exports | undefined;
  /** Modules that were taken, and those that this engine, the assembler or spec 4.5 does not know. */
  modules = 0;
  skipped = 0;

  constructor(text: string, mode?: FuelMode) {
    this.#text = text;
    this.#mode = mode;
  }

  run(): readonly Step[] {
    return parse(this.#text).flatMap((form) => {
      const step = this.#step(form);
      return step === undefined ? [] : [{ command: this.#text.slice(form.from, form.end).slice(0, 120), ...step }];
    });
  }

  #step(form: List): Omit<Step, "command"> | undefined {
    const [, first] = form.items;
    switch (head(form)) {
      case "module":
        return this.#define(form);
      case "register":
        this.#registered[nameOf(first)] = { ...this.#instance(form.items[2]) };
        return undefined;
      case "invoke":
      case "get":
        return { outcome: shown(this.#action(form)) };
      case "assert_return":
        return this.#returns(form);
      case "assert_trap":
      case "assert_exhaustion":
        return this.#fails(form);
      case "assert_unlinkable":
      case "assert_uninstantiable":
        return typeof first === "object" ? this.#define(first) : undefined;
      default:
        return undefined;
    }
  }

  #instance(name: unknown): Exports | undefined {
    return typeof name === "string" && name.startsWith("$") ? this.#named.get(name) : this.#current;
  }

  #define(module: List): Omit<Step, "command"> | undefined {
    const [, name] = module.items;
    this.#current = undefined;
    const bytes = binaryOf(module, this.#text);
    if (bytes === undefined || !readModule(bytes).ok || !WebAssembly.validate(bytes)) {
      this.skipped += 1;
      if (typeof name === "string") this.#named.delete(name);
      return undefined;
    }
    this.modules += 1;
    const made = attempt(() => this.#instantiate(bytes));
    if (made.ended !== "ok") return { outcome: made.ended === "host_error" ? "not linked" : made.ended };
    if (typeof name === "string" && name.startsWith("$")) this.#named.set(name, this.#current ?? {});
    return { outcome: "instantiated" };
  }

  #instantiate(bytes: Uint8Array<ArrayBuffer>): void {
    const metered = this.#mode === undefined ? undefined : meter(bytes, { mode: this.#mode, caps: CAPS });
    if (metered?.ok === false) throw new Error(`refused: ${metered.refusal.code}`);
    // What fails to compile must not be told as what fails to be linked.
    const module = compiled(metered?.bytes ?? bytes);
    const { exports } = new WebAssembly.Instance(module, this.#registered);
    if (metered !== undefined) {
      const fuel = exports[metered.fuel];
      if (fuel instanceof WebAssembly.Global) fuel.value = -BUDGET;
      const start = metered.start === undefined ? undefined : exports[metered.start];
      if (typeof start === "function") start();
    }
    this.#current = exports;
  }

  #action(action: List): { readonly result?: unknown; readonly ended: string } | undefined {
    const named = typeof action.items[1] === "string" && action.items[1].startsWith("$");
    const exports = this.#instance(action.items[1]);
    const rest = action.items.slice(named ? 2 : 1);
    const found = exports?.[nameOf(rest[0])];
    if (head(action) === "get") return found instanceof WebAssembly.Global ? attempt(() => found.value) : undefined;
    const args = constantsOf(rest.slice(1), this.#text);
    if (typeof found !== "function" || args === undefined) return undefined;
    return attempt(() => Reflect.apply(found, undefined, [...args]));
  }

  #returns(form: List): Omit<Step, "command"> | undefined {
    const [, action] = form.items;
    if (typeof action !== "object") return undefined;
    const done = this.#action(action);
    const expected = constantsOf(form.items.slice(2), this.#text);
    if (done === undefined) return undefined;
    const results = expected === undefined || expected.length > 1 ? done.result : expected.length === 1 ? [done.result] : [];
    const same = expected !== undefined && Array.isArray(results) && results.every((each, at) => Object.is(each, expected[at]));
    return {
      outcome: shown(done),
      ...(expected === undefined || done.ended === "host_error" ? {} : { passed: done.ended === "ok" && same }),
    };
  }

  #fails(form: List): Omit<Step, "command"> | undefined {
    const [, action] = form.items;
    if (typeof action !== "object") return undefined;
    if (head(action) === "module") {
      const defined = this.#define(action);
      return defined === undefined ? undefined : { ...defined, passed: defined.outcome === "trap" };
    }
    const done = this.#action(action);
    if (done === undefined) return undefined;
    // JavaScript cannot call what takes or gives a v128.
    if (done.ended === "host_error") return { outcome: shown(done) };
    const wanted = head(form) === "assert_trap" ? ["trap"] : ["stack_overflow"];
    return { outcome: shown(done), passed: wanted.includes(done.ended) };
  }
}

function compiled(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new WebAssembly.RuntimeError(`it does not compile: ${error}`);
  }
}

/** A function of a module is another function in each run. */
const shown = (done: { readonly result?: unknown; readonly ended: string } | undefined): string =>
  done === undefined ? "not called" : `${done.ended} ${textOf(done.result)}`;
const textOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(textOf).join()
    : Object.is(value, -0)
      ? "-0"
      : typeof value === "function"
        ? "function"
        : String(value);
