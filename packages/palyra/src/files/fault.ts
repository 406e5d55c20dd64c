/**
 * Named places at which a test ends this process, or lets a write fail, to see what is left behind (spec 5.2). Without
 * the variable nothing happens; what is shipped does not read it.
 *
 *     PALYRA_FAULT_POINT=<name>[:<n>][=<code>]
 *
 * The n-th pass (default 1) of that name, `*` for any, is killed by SIGKILL, or throws a system error with that code.
 */
interface Wanted {
  readonly name: string;
  readonly pass: number;
  readonly code: string | undefined;
}

const wanted = parse(process.env["PALYRA_FAULT_POINT"]);
let passes = 0;
let thrown = false;

/** Whether a fault has been thrown; for tests, which must know when no point is left. */
export function faultWasThrown(): boolean {
  return thrown;
}

export function faultPoint(name: string): void {
  if (wanted === undefined || (wanted.name !== "*" && wanted.name !== name)) return;
  passes += 1;
  if (passes !== wanted.pass) return;
  thrown = wanted.code !== undefined;
  if (wanted.code !== undefined) throw Object.assign(new Error(`${wanted.code}: fault point ${name}`), { code: wanted.code });
  process.kill(process.pid, "SIGKILL");
  // The signal ends every thread; until it does, nothing more may happen on this one.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

function parse(text: string | undefined): Wanted | undefined {
  const [, name, pass, code] = /^([a-z*_.]+)(?::(\d+))?(?:=([A-Z]+))?$/.exec(text ?? "") ?? [];
  return name === undefined ? undefined : { name, pass: Number(pass ?? "1"), code };
}
