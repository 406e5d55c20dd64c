import type { ErrorCode } from "palyra-skills";
import * as v from "valibot";
import type { Call } from "../call.ts";
import { PalyraError, type PalyraErrorCode } from "../errors.ts";
import { type Field, fieldsOf } from "./field.ts";
import type { Services } from "./services.ts";
import { quoted } from "./wording/safe.ts";

export type { Field } from "./field.ts";

/** Where things lie; the host's business, never part of an input that came over a network. Each is an option of its name. */
export type Place = "skillsDir" | "trustStore" | "auditPolicy" | "vex" | "authorizationPolicy" | "proceduresDir";

/** What one operation says of itself. Its command, help and completion are made from this. */
export interface OperationSpec<Entries extends v.ObjectEntries, Output> {
  readonly input: v.StrictObjectSchema<Entries, undefined>;
  /** Fields that are given by place on a command line, in their order; the others are options. */
  readonly positional?: readonly (keyof Entries & string)[];
  readonly places?: readonly Place[];
  /** Lines to type, without `palyra`; the first stands in the short help. */
  readonly examples: readonly [string, ...string[]];
  /** More than the summary has room for. */
  readonly notes?: string;
  /** May ask the person: then `--yes` and `--non-interactive` are options too (spec 5.2). */
  readonly asks?: true;
  /** Its route in the daemon's API (spec 8). */
  readonly http?: HttpRoute<keyof Entries & string>;
  /** Options of later releases, with what each needs: refused by name, never ignored. */
  readonly later?: { readonly [option: string]: string };
  /** Codes that this may end with, beside `Usage`. */
  readonly errors: readonly (ErrorCode | PalyraErrorCode)[];
  /** Words that do not fit are not repeated in errors: one may be the secret itself. */
  readonly confidential?: true;
  /** What no single field can say: options that exclude or need each other. Undefined: fine. */
  readonly problem?: (input: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>) => string | undefined;
  readonly run: (
    services: Services,
    input: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>,
    call: Call,
  ) => Promise<Output>;
  /** Where it answers more than once: each answer is printed as it comes, in JSON on a line of its own. `run` then gives the first alone. */
  readonly rounds?: (
    services: Services,
    input: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>,
    call: Call,
  ) => AsyncIterable<Output>;
  /** True where the answer is printed and the command fails all the same (spec 11.1). */
  readonly failed?: (output: Output, input: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>) => Failed;
}

/** How an operation is asked for over HTTP: in the path, in the query of a GET, in the JSON body of a POST; names in snake case. */
export interface HttpRoute<Name extends string = string> {
  readonly method: "GET" | "POST";
  /** `{skill_id}` is the field `skillId`. */
  readonly path: string;
  /** Fields that may come over a network, beside those of the path. Not those that name files of the host, or whom it shall trust. */
  readonly fields: readonly Name[];
  /** Those of them that a person may leave out, and a program may not. A flag that must be there must be true. */
  readonly required?: readonly Name[];
  /** The command line asks a daemon for it, if one runs (spec 6.2): then `--url` and `--token` are options too. */
  readonly byDaemon?: true;
}

/** An operation as every surface sees it: the type of its input is its own affair. */
export interface Operation<Output> {
  readonly fields: readonly Field[];
  readonly positional: readonly string[];
  readonly places: readonly Place[];
  readonly examples: readonly [string, ...string[]];
  readonly notes?: string;
  readonly confidential: boolean;
  readonly asks: boolean;
  readonly daemon: boolean;
  readonly http?: HttpRoute;
  /** The schemas of the fields, by name. */
  readonly entries: v.ObjectEntries;
  readonly later: { readonly [option: string]: string };
  readonly errors: readonly (ErrorCode | PalyraErrorCode)[];
  /** What is wrong with an input, as sentences that name fields as they are typed; empty where nothing is. */
  problems(input: RawInput): readonly string[];
  /** Checks the input and runs. `Usage` where the input is off; else a code of `errors`. */
  run(services: Services, input: RawInput, call: Call): Promise<Answer<Output>>;
  /** The same of what answers more than once. */
  readonly rounds?: (services: Services, input: RawInput, call: Call) => AsyncIterable<Answer<Output>>;
}

export interface Answer<Output> {
  readonly output: Output;
  /** The command fails although there is an answer to print (spec 11.1). */
  readonly failed: Failed;
}

/** `interrupted`: because a person ended it. */
export type Failed = boolean | "interrupted";

export type RawInput = { readonly [field: string]: unknown };

export function operation<Entries extends v.ObjectEntries, Output>(spec: OperationSpec<Entries, Output>): Operation<Output> {
  const fields = fieldsOf(spec.input.entries);
  const check = (raw: RawInput) => {
    const parsed = v.safeParse(spec.input, raw);
    if (!parsed.success) return { problems: parsed.issues.map((issue) => sentence(issue, spec, fields)) };
    const problem = spec.problem?.(parsed.output);
    return problem === undefined ? { input: parsed.output } : { problems: [problem] };
  };
  const checked = (raw: RawInput) => {
    const { input, problems } = check(raw);
    if (input === undefined) throw new PalyraError("Usage", { problem: (problems ?? []).join("; ") });
    return input;
  };
  const { rounds } = spec;
  return {
    fields,
    positional: spec.positional ?? [],
    places: spec.places ?? [],
    examples: spec.examples,
    ...(spec.notes === undefined ? {} : { notes: spec.notes }),
    confidential: spec.confidential ?? false,
    asks: spec.asks ?? false,
    daemon: spec.http?.byDaemon ?? false,
    ...(spec.http === undefined ? {} : { http: spec.http }),
    entries: spec.input.entries,
    later: spec.later ?? {},
    errors: spec.errors,
    problems: (raw) => check(raw).problems ?? [],
    run: async (services, raw, call) => {
      const input = checked(raw);
      const output = await spec.run(services, input, call);
      return { output, failed: spec.failed?.(output, input) ?? false };
    },
    ...(rounds === undefined
      ? {}
      : {
          rounds: async function* (services, raw, call) {
            const input = checked(raw);
            for await (const output of rounds(services, input, call))
              yield { output, failed: spec.failed?.(output, input) ?? false };
          },
        }),
  };
}

function sentence(
  issue: v.BaseIssue<unknown>,
  { positional = [], confidential }: { readonly positional?: readonly string[]; readonly confidential?: true },
  fields: readonly Field[],
): string {
  const name = String(issue.path?.[0]?.key ?? "");
  const field = fields.find((each) => each.name === name);
  if (field === undefined) return `unknown field ${JSON.stringify(name)}`;
  const typed = positional.includes(name) ? field.placeholder : `--${field.option}`;
  if (issue.input === undefined) return `${typed} is missing`;
  const given =
    confidential !== true && typeof issue.input === "string" && issue.input.trim() !== "" ? ` ${quoted(issue.input)}` : "";
  return `${typed}${given} ${issue.message}`;
}
