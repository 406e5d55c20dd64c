/** What the vectors of this package are made of: modules, manifests and keys, each with its verdict in its name. */
import { encodeUtf8 } from "palyra-skills/encoding";

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
export const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

/** `(module)`, and one that exports a function, one that imports what no host provides, and one that is none. */
const EMPTY_MODULE = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]);
export const RUN_MODULE = Uint8Array.from([
  ...EMPTY_MODULE,
  ...[1, 4, 1, 0x60, 0, 0], // type 0: () -> ()
  ...[3, 2, 1, 0], // function 0
  ...[7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 0], // export "run"
  ...[10, 4, 1, 2, 0, 0x0b], // its body
]);
export const IMPORT_MODULE = Uint8Array.from([
  ...EMPTY_MODULE,
  ...[1, 4, 1, 0x60, 0, 0],
  ...[2, 9, 1, 3, 0x65, 0x6e, 0x76, 1, 0x66, 0, 0], // import "env" "f"
]);
export const NO_MODULE = encodeUtf8("(module)");

interface ManifestParts {
  readonly head?: string;
  readonly tool?: string;
  readonly more?: string;
  readonly compat?: string;
}
const HEAD = 'manifest_version = 2\nskill_id = "acme.echo"\nname = "Echo"\nversion = "1.0.0"\npublisher = "acme"\n';
const TOOL =
  '[[entrypoints.tools]]\nid = "acme.echo"\nname = "echo"\ndescription = "Echoes text"\ninput_schema = { type = "object" }\noutput_schema = { type = "object" }\n';
export const COMPAT = '[compat]\nrequired_protocol_major = 1\nmin_palyra_version = "0.1.0"\n';
export const manifest = ({ head = HEAD, tool = TOOL, more = "", compat = COMPAT }: ManifestParts = {}): string =>
  [head, tool, more, compat].join("\n");
export const head = (line: string, instead: string): string => HEAD.replace(line, instead);

export const RICH = `[capabilities]
http_egress_allowlist = ["b.example.com", "a.example.com"]
[capabilities.filesystem]
read_roots = ["in"]
write_roots = ["out", "cache"]
[[capabilities.secrets]]
scope = "skill:acme.echo"
key_names = ["token", "other"]
[capabilities.quotas]
fuel_budget = 18446744073709551615
[operator]
display_name = "Echo"
tags = ["demo"]
[operator.config.properties.api_token]
type = "string"
enum_values = ["a", "b"]
default = "a"
`;

export const MANIFESTS: readonly (readonly [name: string, toml: string])[] = [
  ["accept/minimal", manifest()],
  ["accept/rich", manifest({ more: RICH })],
  ["accept/legacy", manifest({ head: head("manifest_version = 2", "manifest_version = 1") })],
  ["accept/sensitive-tool", manifest({ tool: `${TOOL}risk = { default_sensitive = true }\n` })],
  ["reject/ManifestParse--syntax", manifest({ more: "x = \n" })],
  ["reject/ManifestParse--unknown-key", manifest({ head: `${HEAD}colour = "red"\n` })],
  ["reject/ManifestParse--repeated-key", manifest({ head: `${HEAD}name = "again"\n` })],
  ["reject/ManifestParse--version-as-number", manifest({ head: head('version = "1.0.0"', "version = 1") })],
  ["reject/ManifestParse--no-publisher", manifest({ head: head('publisher = "acme"\n', "") })],
  ["reject/ManifestValidation--version-with-zero-before", manifest({ head: head('"1.0.0"', '"01.0.0"') })],
  ["reject/ManifestValidation--publisher-with-space", manifest({ head: head('publisher = "acme"', 'publisher = "acme "') })],
  ["reject/ManifestValidation--skill-id-with-empty-segment", manifest({ head: head('"acme.echo"', '"acme..echo"') })],
  ["reject/ManifestValidation--tool-of-another-publisher", manifest({ tool: TOOL.replace('"acme.echo"', '"globex.echo"') })],
  ["reject/ManifestValidation--tool-twice", manifest({ tool: TOOL + TOOL })],
  ["reject/ManifestValidation--fuel-zero", manifest({ more: "[capabilities.quotas]\nfuel_budget = 0\n" })],
  [
    "reject/ManifestValidation--host-wildcard-without-opt-in",
    manifest({ more: '[capabilities]\nhttp_egress_allowlist = ["*.example.com"]\n' }),
  ],
  ["reject/InvalidArtifactPath--root-leaves", manifest({ more: '[capabilities.filesystem]\nread_roots = ["../x"]\n' })],
];

export const KEYS: readonly (readonly [name: string, input: Uint8Array, refusedLength?: number])[] = [
  ["raw", key(0xc1)],
  ["hex", encodeUtf8("c1".repeat(32))],
  ["hex-upper-with-newline", encodeUtf8(`${"AB".repeat(32)}\n`)],
  ["base64", encodeUtf8(base64(key(0xc1)))],
  ["empty", new Uint8Array(), 0],
  ["raw-31", key(0xc1).slice(1), 31],
  ["hex-63", encodeUtf8("a".repeat(63)), 63],
  // T21: 32 printable characters that are hex could be half a key or a raw one.
  ["hex-32", encodeUtf8("ab".repeat(16)), 32],
];
