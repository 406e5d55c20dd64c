import * as v from "valibot";

/**
 * What a surface needs to know of one field of an operation's input: how it is asked for on a command line, on an HTTP
 * route, in a completion. Read off the schema, so that nothing is said twice.
 */
export interface Field {
  /** As the operation reads it: `signingKeyFile`. */
  readonly name: string;
  /** As it is typed: `signing-key-file`. */
  readonly option: string;
  /** `flag`: there or not; `mention`: the same, and a value may stand with it that says nothing; `list`: given once or more. */
  readonly kind: "flag" | "mention" | "text" | "number" | "list";
  readonly required: boolean;
  /** Stands for the value in help: `FILE`. Empty for a flag. */
  readonly placeholder: string;
  readonly help: string;
  readonly choices: readonly string[];
}

/** A text option that says what it takes. */
export function text(placeholder: string, help: string, problem?: (value: string) => string | undefined) {
  return v.pipe(
    v.string(),
    v.check((value) => value.trim() !== "", "is blank"),
    v.rawCheck(({ dataset, addIssue }) => {
      const found = dataset.typed && dataset.value.trim() !== "" ? problem?.(dataset.value) : undefined;
      if (found !== undefined) addIssue({ message: found });
    }),
    v.metadata({ placeholder, help }),
  );
}

/** A file that is written. `-` is none: elsewhere it stands for stdout, and a file of that name is nobody's wish. */
export function outputFile(help: string, ways: { readonly stdout: boolean }) {
  const instead = ways.stdout ? "leave the option out for stdout, or give" : "it is written to a file alone; give";
  return text("FILE", help, (file) => (file === "-" ? `is no file: ${instead} ./- for a file of that name` : undefined));
}

/** A list whose option may be repeated. */
export function list(placeholder: string, help: string, problem?: (value: string) => string | undefined) {
  return v.pipe(v.array(text(placeholder, help, problem)), v.metadata({ placeholder, help }));
}

export function flag(help: string) {
  return v.optional(v.pipe(v.boolean(), v.metadata({ placeholder: "", help })), false);
}

/** What is taken back by its name, with the value that was given once or without. */
export function mention(placeholder: string, help: string) {
  return v.optional(v.pipe(v.boolean(), v.metadata({ placeholder, help })), false);
}

export function choice<const Options extends readonly [string, ...string[]]>(
  options: Options,
  placeholder: string,
  help: string,
) {
  return v.pipe(v.picklist(options, `is none of ${options.join(", ")}`), v.metadata({ placeholder, help }));
}

/** An integer that a double holds. */
export function integer(placeholder: string, help: string, min: number) {
  return v.pipe(
    v.number("is no whole number in digits"),
    v.check((value) => Math.floor(value) === value, "is no whole number"),
    v.minValue(min, `is below ${min}`),
    v.maxValue(Number.MAX_SAFE_INTEGER, `is above ${Number.MAX_SAFE_INTEGER}`),
    v.metadata({ placeholder, help }),
  );
}

/** The fields of an input, in the order of its declaration. */
export function fieldsOf(entries: v.ObjectEntries): readonly Field[] {
  return Object.entries(entries).map(([name, entry]) => {
    const schema = unwrapped(entry);
    const { placeholder, help } = wording(schema);
    return {
      name,
      option: kebab(name),
      kind: kindOf(schema.type, placeholder),
      required: schema === entry,
      placeholder,
      help,
      choices: "options" in schema && Array.isArray(schema.options) ? schema.options.map(String) : [],
    };
  });
}

function kindOf(type: string, placeholder: string): Field["kind"] {
  if (type === "boolean") return placeholder === "" ? "flag" : "mention";
  return type === "array" ? "list" : type === "number" ? "number" : "text";
}

/** `trustStore` as it is typed: `trust-store`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What an optional field is when it is there. */
export function unwrapped(schema: v.GenericSchema): v.GenericSchema {
  return "wrapped" in schema && isSchema(schema.wrapped) ? schema.wrapped : schema;
}

function isSchema(value: unknown): value is v.GenericSchema {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "schema";
}

function wording(schema: v.GenericSchema): { placeholder: string; help: string } {
  const said: { readonly [key: string]: unknown } = v.getMetadata(schema);
  return { placeholder: String(said["placeholder"] ?? ""), help: String(said["help"] ?? "") };
}
