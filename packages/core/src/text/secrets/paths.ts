import { Chars, type Extract, isIn } from "./characters.ts";
import type { Extent, Form } from "./form.ts";

/** Accounts of build machines, images and documentation: they are nobody's name. */
const NOBODY: ReadonlySet<string> = new Set(
  (
    "runner runneradmin circleci travis vsts vscode jenkins gitlab-runner buildkite-agent ubuntu debian fedora alpine ec2-user user username users web_user emscripten " +
    "build builder buildbot buildozer node app root docker linuxbrew conda mambauser nonroot admin administrator public default you me foo bar name test someone " +
    "yourname example gopher home worker appveyor containeradministrator codespace gitpod coder sandbox project workspace runner_admin"
  ).split(" "),
);

/** What stands below a home when people build there. */
const BELOW_HOME =
  /^(?:\.cargo|\.rustup|\.local|\.cache|\.nuget|src|go|git|repos?|code|dev|work|workspace|projects?|Projects|Documents|Desktop|Downloads|AppData|source|github)[/\\]/;

/** A name, and a path below it. */
function homeAt(extract: Extract, start: number, end: number): Extent | undefined {
  const last = extract.run(end, Chars.base64url | 256, 33);
  if (last === end || last - end > 32 || !(extract.has(last, "/") || extract.has(last, "\\"))) return undefined;
  const below = extract.has(last, "\\\\") ? last + 2 : last + 1;
  if (!isIn(extract.at(below), Chars.base64url | 256)) return undefined;
  const name = extract.text(end, last);
  if (NOBODY.has(name.toLowerCase()) || !/^[A-Za-z0-9_]/.test(name)) return undefined;
  // A part of an address looks the same; in a compiled program a text may follow another with nothing between.
  const before = extract.at(start - 1);
  const isInside = isIn(before, Chars.base64url | Chars.base64 | 256 | 512);
  if (isInside && !BELOW_HOME.test(extract.text(below, below + 16))) return undefined;
  return { start, end: last, shown: extract.text(start, last + 1) };
}

/** Paths of the machine that a program was built on, with the name of whoever built it. */
export const PATHS: readonly Form[] = [
  { code: "home_path", called: "a path in somebody's home", needles: ["/home/", "/Users/"], certain: true, read: homeAt },
  {
    code: "home_path",
    called: "a path in somebody's home",
    needles: [":\\Users\\", ":\\\\Users\\\\"],
    certain: true,
    read: (extract, start, end) => (isIn(extract.at(start - 1), Chars.letters) ? homeAt(extract, start - 1, end) : undefined),
  },
];
