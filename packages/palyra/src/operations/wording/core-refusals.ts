import type { ErrorCode, ErrorDetails, Fault } from "palyra-skills";
import { READ_NO_FURTHER } from "palyra-skills/receipt";
import { MAX_KEY_BYTES } from "../services.ts";
import { shownKey } from "./keys.ts";
import { quoted, safe } from "./safe.ts";
import type { Sentence } from "./sentence.ts";
import { acceptance, trustCommand } from "./typed.ts";
import { faultCount, size } from "./units.ts";

const manifestFile = (document: string | undefined): string => (document === undefined ? "" : `${safe(document)} `);
/** Files that are no modules have the code of a manifest that is not valid, and are no fault of the manifest. */
const areModules = (list: readonly Fault[]): boolean => list.length > 0 && list.every(({ path }) => path === "modules");
/** A file of receipts that is well formed, and of no use to whoever named no key. */
const isGivenUp = ([first]: readonly Fault[]): boolean => first?.problem === READ_NO_FURTHER;
const tampered = "get the artifact again from its publisher; do not install this one";
const manifestHint = "correct the places that are shown; the format is in SPEC.md, chapter 2";
/** What is read no further than the limit has hardly more, as far as anybody knows. */
const beyond = (actual: number | bigint, limit: number): string =>
  size(actual) === size(limit)
    ? `more than the ${size(limit)} that are read`
    : `${size(actual)}, at most ${size(limit)} are read`;
/** Of what a list revoked. */
const byList = (list: string | undefined): string => (list === undefined ? "" : ` by the list ${safe(list)}`);

/** What the core refuses, told to a person: the compiler keeps it complete. */
export const CORE_REFUSALS: { readonly [Code in ErrorCode]: Sentence<ErrorDetails[Code]> } = {
  // The archive.
  ArtifactTooLarge: {
    says: ({ actual, limit }) => `the artifact is too large: ${beyond(actual, limit)}`,
  },
  ArtifactEntryTooLarge: {
    says: ({ path, actual, limit }) => `the entry ${quoted(path)} is too large: ${beyond(actual, limit)}`,
  },
  ArtifactTooManyEntries: {
    says: ({ actual, limit }) => `the artifact has ${actual} entries, at most ${limit} are read`,
  },
  Zip: {
    says: ({ problem, entry, offset }) =>
      `not a well-formed artifact: ${safe(problem)}${entry === undefined ? "" : ` (${quoted(entry)})`} at byte ${offset}`,
    hint: () => tampered,
  },
  InvalidArtifactPath: {
    says: ({ document, path, problem, offset, faults: list }) =>
      list !== undefined && list.length > 0
        ? `the manifest ${manifestFile(document)}names paths that no artifact can hold: ${faultCount(list)}`
        : `the name ${quoted(path)} cannot stand in an artifact: ${safe(problem)}${offset === undefined ? "" : ` (byte ${offset})`}`,
  },
  DuplicateArtifactEntry: {
    says: ({ path }) => `two entries have the name ${quoted(path)}`,
    hint: () => "every entry of an artifact has a name of its own; two files given to build must not end in one name",
  },
  MissingArtifactEntry: {
    says: ({ path }) => `the artifact has no ${safe(path)}`,
    hint: ({ path }) => (path === "modules/*.wasm" ? "give at least one --module FILE.wasm" : undefined),
  },
  ManifestParse: {
    says: ({ document, faults: list }) => `the manifest ${manifestFile(document)}cannot be read: ${faultCount(list)}`,
    hint: () => manifestHint,
  },
  ManifestValidation: {
    says: ({ document, faults: list }) =>
      areModules(list)
        ? "what is given with --module is no module"
        : `the manifest ${manifestFile(document)}is not valid: ${faultCount(list)}`,
    hint: ({ faults: list }) => (areModules(list) ? "a module is a file whose name ends in .wasm" : manifestHint),
  },
  InvalidSbom: {
    says: ({ path }) => `${safe(path)} is not a CycloneDX SBOM in JSON`,
    hint: () => "leave --sbom out to have one generated",
  },
  InvalidProvenance: {
    says: ({ path }) => `${safe(path)} is not a provenance statement with subjects and a builder`,
    hint: () => "leave --provenance out to have one generated",
  },
  Serialization: {
    says: ({ document, faults: list }) =>
      isGivenUp(list) ? `${safe(document)} was not read to its end` : `${safe(document)} is not well formed: ${faultCount(list)}`,
    hint: ({ faults: list }) =>
      isGivenUp(list)
        ? "whose key must have signed receipts --key says: palyra skills receipts list shows it on the host that wrote them, and palyra skills receipts export --output FILE writes them anew there"
        : "nothing was changed; correct the file, or restore it from a copy",
  },
  PayloadHashMismatch: {
    says: ({ declared, actual }) =>
      `the artifact was changed after it was signed: its contents hash to ${safe(actual)}, signed was ${safe(declared)}`,
    hint: () => tampered,
  },
  SignatureVerificationFailed: {
    says: ({ problem }) => `the signature does not hold: ${safe(problem)}`,
    hint: () => tampered,
  },
  UnsupportedProtocolMajor: {
    says: ({ requested, current }) => `the skill needs protocol ${requested}, this host has ${current}`,
    hint: () => "update palyra, or take an older version of the skill",
  },
  UnsupportedRuntimeVersion: {
    says: ({ requested, current }) => `the skill needs a host of level ${safe(requested)}, this one is ${safe(current)}`,
    hint: () => "update palyra, or take an older version of the skill",
  },
  RuntimeVersionAboveSupportedMaximum: {
    says: ({ supported_max, current }) =>
      `the skill is made for hosts up to level ${safe(supported_max)}, this one is ${safe(current)}`,
    hint: () => "take a newer version of the skill",
  },
  InvalidSigningKeyLength: {
    says: ({ actual }) =>
      actual > MAX_KEY_BYTES
        ? `this is no signing key: more than ${size(MAX_KEY_BYTES)}`
        : `this is no signing key: ${size(actual)}`,
    hint: () => "64 hex digits, base64 of 32 bytes, 32 raw bytes, or a PKCS#8 PEM; palyra skills keygen makes one",
  },
  // Trust.
  TrustedPublisherKeyMismatch: {
    says: ({ publisher, key_id }) => `${safe(publisher)} is trusted with other keys than ${safe(key_id)}, which signed this`,
    hint: ({ publisher, public_key }, typed) =>
      `if the publisher confirms the key by another way: ${trustCommand("add", [publisher, public_key], typed)}`,
  },
  TofuKeyMismatch: {
    says: ({ publisher, key_id, pinned }) =>
      `${safe(publisher)} is remembered by ${shownKey(pinned)}, and this is signed with ${safe(key_id)}`,
    hint: ({ publisher, public_key }, typed) =>
      `a stolen name looks like this, and so does a key from before a rotation; if the publisher confirms the key by another way: ${trustCommand("pin", [publisher, public_key], typed)}`,
  },
  UntrustedPublisher: {
    says: ({ publisher, key_id, relates_to }) =>
      relates_to === undefined
        ? `nobody here trusts ${safe(publisher)} (${safe(key_id)}) yet`
        : `${safe(publisher)} (${safe(key_id)}) has a name that looks like the known publisher ${safe(relates_to)}`,
    hint: ({ publisher, public_key, relates_to }, typed) =>
      relates_to === undefined
        ? `${acceptance(typed)}to trust it for good: ${trustCommand("add", [publisher, public_key], typed)}`
        : `it is not trusted on first use; after asking the publisher: ${trustCommand("add", [publisher, public_key], typed)}`,
  },
  PolicyInvalid: {
    says: ({ document, faults: list, named_by: variable }) =>
      `the policy ${safe(document)}${variable === undefined ? "" : ` (named by ${safe(variable)})`} cannot be used: ${faultCount(list)}`,
    hint: ({ document }) =>
      document.endsWith(".cedar")
        ? "nothing starts by it until it is corrected; what policies can speak of: palyra skills policy show --schema"
        : "nothing goes by it until it is corrected",
  },
  BaselineInvalid: { says: ({ document, faults: list }) => `the baseline ${safe(document)} cannot be used: ${faultCount(list)}` },
  RevokedKey: {
    says: ({ publisher, key_id, reason, list }) =>
      `the key ${safe(key_id)} of ${safe(publisher)} is revoked${byList(list)}: ${safe(reason)}`,
    hint: () => "nothing that this key signed is accepted; take a version that is signed by another key",
  },
  RevokedPayload: {
    says: ({ payload_sha256, reason, list }) =>
      `this skill (payload ${safe(payload_sha256)}) is revoked${byList(list)}: ${safe(reason)}`,
    hint: () => "take another version",
  },
  KeyOutOfScope: {
    says: ({ publisher, key_id, problem }) =>
      `the key ${safe(key_id)} of ${safe(publisher)} is trusted for other things than this: ${safe(problem)}`,
    hint: ({ publisher }, typed) => `what it is limited to: ${trustCommand("show", [publisher], typed)}`,
  },
  ConflictingRotation: {
    says: ({ publisher, sequence }) =>
      `${safe(publisher)} made two different statements of its keys with the number ${sequence}: no statement of it counts`,
    hint: ({ publisher, pinned = "KEY" }, typed) =>
      `somebody else may hold its key: ask the publisher another way which one counts; if it is the one that is remembered: ${trustCommand("pin", [publisher, pinned], typed)}`,
  },
  RotationRefused: {
    says: ({ publisher, problem }) => `the key of ${safe(publisher)} stays as it is: ${safe(problem)}`,
    hint: ({ publisher }, typed) => `what is trusted now: ${trustCommand("show", [publisher], typed)}`,
  },
  RevocationRefused: {
    says: ({ publisher, problem }) => `this revokes nothing of ${safe(publisher)}: ${safe(problem)}`,
    hint: () =>
      `what an operator revokes: palyra skills trust revoke PUBLISHER KEY --reason TEXT; what others may: palyra skills trust revocations add --help`,
  },
  RevocationListRefused: {
    says: ({ issuer, problem }) => `this is no revocation list of ${safe(issuer)}: ${safe(problem)}`,
    hint: ({ issuer }, typed) =>
      `which keys sign it: ${trustCommand("revocations list", [], typed)}; only an operator adds one, for ${safe(issuer)}`,
  },
  RevocationListRolledBack: {
    says: ({ issuer, sequence, seen }) =>
      `the revocation list of ${safe(issuer)} is an old one: number ${sequence}, and ${seen} was seen already`,
    hint: () => "what was seen last goes on counting; ask the issuer for its newest list",
  },
  ConflictingRevocationList: {
    says: ({ issuer, sequence }) => `${safe(issuer)} made two different revocation lists with the number ${sequence}`,
    hint: () =>
      "what was seen first goes on counting; somebody else may hold the key that signs the list: ask the issuer another way",
  },
};
