import { MAX_LISTED } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";

/**
 * A custom section: a name, then anything. What `producers` says of the tools that made the module is kept; one that is not
 * well formed says nothing, for no engine looks into custom sections.
 */
export function readCustom(reader: Reader, module: ModuleState, offset: number): void {
  const name = reader.name();
  if (module.customSections.length < MAX_LISTED) {
    module.customSections.push({ name, offset, size: reader.end - offset });
  }
  if (name === "producers" && module.producers.length === 0) {
    try {
      module.producers.push(...readProducers(new Reader(reader.bytes, reader.at, reader.end)));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
  }
  noteToolchain(name, reader, module, offset);
  reader.at = reader.end;
}

/** What debuggers and auditors look for, each the first of its name. */
function noteToolchain(name: string, reader: Reader, module: ModuleState, offset: number): void {
  const { debug } = module;
  const section = { offset, size: reader.end - offset };
  if (name === "name") debug.names ??= section;
  else if (name.startsWith(".debug_")) {
    debug.dwarf = { offset: debug.dwarf?.offset ?? offset, size: (debug.dwarf?.size ?? 0) + section.size };
  } else if (name === ".dep-v0") module.auditable ??= { offset: reader.at, size: reader.end - reader.at };
  else if (name === "sourceMappingURL" || name === "external_debug_info") {
    if (debug.links.some((link) => link.section === name)) return;
    debug.links.push({ section: name, url: linkOf(reader), offset });
  }
}

/** A name (the tool conventions); empty where it is not well formed. */
function linkOf(reader: Reader): string {
  try {
    return reader.name();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return "";
  }
}

interface Producer {
  readonly field: string;
  readonly name: string;
  readonly version: string;
}

/** The tool conventions' ProducersSection: fields (`language`, `processed-by`, `sdk`), each with names and versions. */
function readProducers(reader: Reader): Producer[] {
  const producers: Producer[] = [];
  const fields = reader.count("fields", MAX_LISTED, 2);
  for (let index = 0; index < fields; index++) {
    const field = reader.name();
    const values = reader.count("values", MAX_LISTED - producers.length, 2);
    for (let value = 0; value < values; value++) producers.push({ field, name: reader.name(), version: reader.name() });
  }
  return producers;
}
