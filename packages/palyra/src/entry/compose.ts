/** The composition root: clock, randomness, process and every implementation of a port come together here and nowhere else. */
import { homedir } from "node:os";
import { PalyraError } from "../errors.ts";
import { openJournal } from "../journal/index.ts";
import { type Home, placesOf } from "../lifecycle/home.ts";
import type { ConformanceBodies, Services } from "../operations/services.ts";
import { nodePlatform } from "../platform/node.ts";
import { type Environment, resolveSettings, type SettingsOptions } from "../settings.ts";
import { monotonicUlids } from "./ulid.ts";

/** Everything that operations work with. `Usage`, `JournalUnavailable`. */
export function compose(options: SettingsOptions, env: Environment): Services {
  const os = process.platform === "win32" ? "windows" : "posix";
  const settings = resolveSettings(options, env, { os, home: homedir() });
  const home: Home = {
    places: placesOf(settings),
    platform: nodePlatform,
    newUlid: monotonicUlids(randomBytes),
    openJournal,
    // The vault comes later: nothing is held.
    holdsSecret: () => false,
  };
  return {
    home,
    settings,
    readStdin,
    randomBytes,
    sourceDateEpoch: env["SOURCE_DATE_EPOCH"],
    conformance: conformanceBodies(),
  };
}

/** Loaded when it is used: most commands that only read need no random number. */
function randomBytes(size: number): Uint8Array {
  return new Uint8Array(process.getBuiltinModule("node:crypto").randomBytes(size));
}

/** The module is loaded by the commands that need it alone. */
function conformanceBodies(): ConformanceBodies {
  return {
    serve: async () => {
      const { serve } = await import("../conformance/index.ts");
      await serve(process.stdin, writeAnswer, { platform: nodePlatform, now: () => Date.now() });
    },
    run: async (request) => (await import("../conformance/index.ts")).runConformance(request),
  };
}

/** Resolves when the answer has gone out: a slow reader holds up the requests, not our memory. */
function writeAnswer(line: string): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(line, (error) => (error ? reject(error) : resolve())));
}

async function readStdin(limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of process.stdin) {
    const bytes: Uint8Array = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    total += bytes.byteLength;
    if (total > limit) throw new PalyraError("Io", { action: "read", file: "stdin", code: "EFBIG" });
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
