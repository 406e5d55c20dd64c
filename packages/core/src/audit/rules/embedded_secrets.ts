import type { ArchiveEntry } from "../../archive/index.ts";
import type { SecretMatch } from "../../text/secrets/index.ts";
import type { Finding } from "../finding.ts";
import { placesOf } from "../places.ts";
import { artifactRule, findings, pass } from "../rule.ts";
import type { FileTraces } from "../subject.ts";
import { counted, named, quoted } from "../wording.ts";

export const embeddedSecrets = artifactRule({
  id: "embedded_secrets",
  severity: "error",
  asks: "Was a private key or a token left in the manifest, a module or an asset?",
  why: "Everybody who gets the artifact gets what is in it: a key in it is everybody's, and has to be replaced wherever it is trusted.",
  references: ["CWE-798", "CWE-312", "LLM02:2025"],
  advice: "Take it out, replace it where it came from, and declare a secret in `capabilities.secrets` instead.",
  example: {
    flagged: "# assets/deploy.pem\n-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIN…",
    passes: "# the line alone, as any program that reads keys has it\n-----BEGIN PRIVATE KEY-----",
  },
  check: ({ files, traces }) => {
    const found = traces.flatMap((file) => findingsIn(file, files));
    const examples = traces.reduce((sum, { secrets }) => sum + secrets.filter(({ example }) => example).length, 0);
    const details = { files: traces.length, documentation_examples: examples };
    if (found.length === 0) return [pass(`No key and no token in ${counted(traces.length, "file")}.`, details)];
    const inWords = named(found, ({ quote = "", place }) => `${quote} in ${quoted(place.file)} at byte ${place.offset ?? 0}`);
    return [findings(`Left in the artifact: ${inWords}. Take it out, and replace it where it came from.`, found, details)];
  },
});

function findingsIn({ path, secrets }: FileTraces, files: readonly ArchiveEntry[]): Finding[] {
  const real = secrets.filter(({ example }) => !example);
  if (real.length === 0) return [];
  const bytes = files.find((file) => file.path === path)?.bytes ?? new Uint8Array();
  const offsets = real.map(({ offset }) => offset);
  // A module is no text, whatever its bytes are.
  const places = path.endsWith(".wasm") ? offsets.map((offset) => ({ file: path, offset })) : placesOf(path, bytes, offsets);
  return real.map((match, index) => secretFinding(match, places[index] ?? { file: path, offset: match.offset }));
}

const secretFinding = ({ code, called, certain, redacted, mark }: SecretMatch, place: Finding["place"]): Finding => ({
  code,
  status: certain ? "fail" : "warn",
  message: certain
    ? `This is ${called}. Take it out, and replace it where it came from: it is known to everybody who has the artifact.`
    : `This looks like ${called}. If it opens anything, take it out and replace it.`,
  place,
  quote: redacted,
  // A baseline accepts this one, not the next of its kind and length.
  about: mark,
});
