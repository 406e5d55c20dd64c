/** What a case of the suite asks for, in either form of its JSON: one object, or steps (`operations`). */
import { basename } from "node:path";

export interface Case {
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly stdin: string;
  /** Folders beside the case, and what each is called inside. */
  readonly dirs: readonly { readonly dir: string; readonly guest: string }[];
  readonly exit: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** What is asked for and not known here; such a case fails. */
  readonly unknown: readonly string[];
}

/** One `run` says as much as a case without steps. */
interface Described {
  readonly args?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly root?: string;
  readonly dirs?: readonly string[];
  readonly stdin?: string;
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly operations?: readonly Step[];
}

interface Step extends Described {
  readonly type?: string;
  readonly id?: string;
  readonly payload?: string;
}

/** @param guest what a folder of `dirs` is called inside, if not by its name */
export function readCase(json: string, guest: string | undefined): Case {
  const { operations, ...flat }: Described = JSON.parse(json);
  const steps = operations ?? [];
  const { args = [], env = {}, root, dirs = [], ...rest } = { ...flat, ...steps.find(({ type }) => type === "run") };
  const written = payloads(steps, ({ type }) => type === "write") ?? rest.stdin ?? "";
  const stdout = payloads(steps, ({ type, id }) => type === "read" && id !== "stderr") ?? rest.stdout;
  const stderr = payloads(steps, ({ type, id }) => type === "read" && id === "stderr") ?? rest.stderr;
  return {
    args,
    env,
    stdin: written,
    dirs: [
      ...(root === undefined ? [] : [{ dir: root, guest: "/" }]),
      ...dirs.map((dir) => ({ dir, guest: guest ?? basename(dir) })),
    ],
    exit: steps.find(({ type }) => type === "wait")?.exit_code ?? rest.exit_code ?? 0,
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    unknown: steps.map(({ type = "?" }) => type).filter((type) => !["run", "write", "read", "wait"].includes(type)),
  };
}

function payloads(steps: readonly Step[], wanted: (step: Step) => boolean): string | undefined {
  const found = steps.filter(wanted);
  return found.length === 0 ? undefined : found.map(({ payload = "" }) => payload).join("");
}
