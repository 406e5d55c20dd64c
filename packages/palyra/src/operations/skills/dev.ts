import { statSync } from "node:fs";
import * as v from "valibot";
import { type SourceWatch, watchSources } from "../../authoring/index.ts";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { SandboxPool } from "../../execution/index.ts";
import { asIo } from "../../files/index.ts";
import { Once } from "../../once.ts";
import { flag, list, text } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { type DevDocument, devRound } from "../shared/dev-round.ts";
import { inputOptions, inputProblem, readInput } from "../shared/tool-input.ts";
import { safe } from "../wording/safe.ts";

export type { DevDocument } from "../shared/dev-round.ts";

const input = v.strictObject({
  folder: text("DIR", "The folder of skill.toml"),
  tool: v.optional(text("TOOL", "The tool to run, where the skill has several")),
  ...inputOptions,
  build: v.optional(text("COMMAND", "Build first, by this command, in the folder; without it nothing is built")),
  once: flag("One round, and no watching: the exit code says whether it passed"),
  module: v.optional(list("FILE", "A module, instead of every .wasm file below the folder (repeatable)"), []),
  asset: v.optional(list("FILE", "Any other file, instead of all in the folder's assets (repeatable)"), []),
});

export const dev = operation({
  input,
  positional: ["folder"],
  places: ["auditPolicy", "vex"],
  examples: [
    `skills dev . --build "npm run build" --input '{"text":"hi"}'`,
    "skills dev echo --tool acme.echo --input-file request.json --once",
    'skills dev . --build "cargo build --release --target wasm32-wasip1" --module target/wasm32-wasip1/release/echo.wasm',
  ],
  notes:
    "Builds, audits and runs a folder of sources, and does so again when one of its files changes, until Ctrl-C. It is a trial: unsigned, never installed, with no secrets, no network, no folders, no receipt and no line in the journal; within the quotas of its manifest and in a process of its own, as an installed skill. A command of --build runs as you, with your rights. What does not pass the audit is not run. node_modules, target, hidden folders, a file that its own output goes to and what the build itself writes set off no round. With --json a document a line, one each round.",
  errors: ["Io"],
  problem: inputProblem,
  run: async (services, asked, call): Promise<DevDocument> => {
    for await (const document of rounds(services, { ...asked, once: true }, call)) return document;
    throw new TypeError("there is always a first round");
  },
  rounds: (services, asked, call) => rounds(services, asked, call),
  failed: ({ passed }, { once }) => once && !passed,
});

/** Round after round, until the person ends it; with `once` one. */
async function* rounds(services: Services, asked: v.InferOutput<typeof input>, call: Call): AsyncIterable<DevDocument> {
  const { folder, once, tool, module: modules, asset: assets, build } = asked;
  requireFolder(folder);
  const input = await inputOf(services, asked);
  const interruption = services.interruption?.();
  const signal = interruption === undefined ? call.signal : AbortSignal.any([call.signal, interruption.signal]);
  const named = asked.inputFile === undefined || asked.inputFile === "-" ? [] : [asked.inputFile];
  const watch = once
    ? UNWATCHED
    : watchSources({ folder, files: [...modules, ...assets, ...named], own: services.ownOutputs(), signal });
  const opened = new Once(() => services.sandbox());
  const pool = (): Promise<SandboxPool> => opened.get();
  const request = { folder, modules, assets, build, tool, input, pool, onBuilt: build === undefined ? () => {} : watch.built };
  interruption?.listen();
  try {
    let changed: readonly string[] | undefined = [];
    for (let round = 1; changed !== undefined; round++) {
      watch.begin();
      const parts = await devRound(services, request, { ...call, signal });
      if (signal.aborted && !once) return;
      yield { trial: true, signed: false, installed: false, round, folder, changed, ...parts };
      if (once) return;
      call.tell?.([`watching ${safe(folder)}, Ctrl-C ends it`]);
      changed = await watch.next();
    }
  } finally {
    watch.close();
    interruption?.end();
    await (await opened.made())?.close();
  }
}

const UNWATCHED: SourceWatch = { begin: () => {}, built: () => {}, next: async () => undefined, close: () => {} };

/** stdin is read once; a file each time, since it may be another. */
async function inputOf(services: Services, asked: v.InferOutput<typeof input>): Promise<() => Promise<Uint8Array>> {
  if (asked.inputFile !== "-") return () => readInput(services, asked);
  const read = await readInput(services, asked);
  return async () => read;
}

/** What is no folder will hardly become one. `Io`. */
function requireFolder(folder: string): void {
  try {
    if (statSync(folder).isDirectory()) return;
  } catch (error) {
    throw asIo("read", folder, error);
  }
  throw new PalyraError("Io", { action: "read", file: folder, code: "ENOTDIR", in_the_way: folder });
}
