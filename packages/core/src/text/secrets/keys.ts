import { decodeUtf8, fromBase64 } from "../../encoding/index.ts";
import { Chars, type Extract, entropyOf, isIn } from "./characters.ts";
import { isBech32 } from "./checksums.ts";
import type { Extent, Form } from "./form.ts";

/** Bytes behind a key's first line in which its contents must begin. */
const KEY_HEAD = 600;
/** Characters of the contents that are looked at. */
const KEY_CONTENTS = 40;
/** Bits a character: contents that are made up by hand have less. */
const KEY_ENTROPY = 3;
/** Bytes behind a key's first line that are taken for its own. Another one begins outside of them, so each byte is looked at once. */
const KEY_EXTENT = 65_536;
/** What OpenSSH's format begins with, in base 64. */
const OPENSSH_MAGIC = "b3BlbnNzaC1rZXktdjE";

type Armour = "plain" | "encrypted";

/** `-----BEGIN … PRIVATE KEY-----` with contents behind it: the line alone is in every program that reads keys. */
function armour(extract: Extract, start: number, end: number, wanted: Armour): Extent | undefined {
  const label = labelAt(extract, end);
  if (label === undefined) return undefined;
  const last = end + label.length + 5;
  const contents = contentsAt(extract, last);
  if (contents === undefined || entropyOf(contents.text) < KEY_ENTROPY || !beginsAs(label, contents.text)) return undefined;
  const kind: Armour = label.includes("ENCRYPTED") || contents.encrypted ? "encrypted" : "plain";
  if (kind !== wanted) return undefined;
  return { start, end: before(extract, last, ["-----"]), shown: `-----BEGIN ${label}-----` };
}

/** Where the first of those texts begins; without one, the end of what is taken for the key's own. */
function before(extract: Extract, from: number, texts: readonly string[]): number {
  const end = Math.min(extract.to, from + KEY_EXTENT);
  for (let at = from; at < end; at++) if (texts.some((text) => extract.has(at, text))) return at;
  return end;
}

const PUTTY = "PuTTY-User-Key-File-";
const PUTTY_MAC = "Private-MAC: ";

/** To the end of its MAC, which is of everything in it. */
function putty(extract: Extract, start: number, end: number): Extent | undefined {
  if (!/^(?:ssh|ecdsa)-/.test(extract.text(end, end + 8))) return undefined;
  const last = before(extract, end, [PUTTY_MAC, PUTTY]);
  const mac = extract.has(last, PUTTY_MAC) ? extract.run(last + PUTTY_MAC.length, Chars.hex, 64) : last;
  return { start, end: mac };
}

/** The octets that the length in front of the key counts. */
function pkcs8(extract: Extract, start: number, end: number): Extent | undefined {
  if (!extract.has(end + 2, "\x30\x82") || !extract.has(end + 6, "\x02\x01\x00\x02\x82")) return undefined;
  const length = ((extract.at(end) ?? 0) << 8) | (extract.at(end + 1) ?? 0);
  // At least what was looked at, whatever the length says.
  return { start, end: Math.min(extract.to, end + 2 + Math.max(length, 9)), shown: "PKCS #8, RSA" };
}

function labelAt(extract: Extract, start: number): string | undefined {
  const end = extract.run(start, Chars.upperAndDigits | Chars.space, 40);
  if (!extract.has(end, "-----")) return undefined;
  const label = extract.text(start, end);
  return /PRIVATE KEY(?: BLOCK)?$/.test(label) ? label : undefined;
}

const [QUOTE, APOSTROPHE, COMMA, DASH, COLON, BACKSLASH] = [0x22, 0x27, 0x2c, 0x2d, 0x3a, 0x5c];

/**
 * The first characters of what stands in the lines behind a place, ends of lines written out as `\n` or not, in quotes or not; lines of the form
 * `Name: value` are passed. Undefined where the next line of dashes, or something else, comes first.
 */
function contentsAt(extract: Extract, from: number): { readonly text: string; readonly encrypted: boolean } | undefined {
  let [text, encrypted, line, isHeader] = ["", false, from, false];
  for (let at = from; at < from + KEY_HEAD; at++) {
    const byte = extract.at(at);
    if (byte === undefined) return undefined;
    const escaped = byte === BACKSLASH && (extract.has(at + 1, "n") || extract.has(at + 1, "r"));
    if (byte === 0x0a || byte === 0x0d || escaped) {
      if (isHeader && extract.text(line, at).includes("ENCRYPTED")) encrypted = true;
      if (escaped) at += 1;
      [line, isHeader] = [at + 1, false];
    } else if (byte === COLON) [text, isHeader] = ["", true];
    else if (byte === DASH && at === line) return undefined;
    else if (isHeader || byte <= 0x20 || byte === QUOTE || byte === APOSTROPHE || byte === COMMA || byte === BACKSLASH) continue;
    else if (line === from) return undefined;
    else if (isIn(byte, Chars.base64)) {
      text += String.fromCharCode(byte);
      if (text.length === KEY_CONTENTS) return { text, encrypted };
    } else if (byte !== DASH) return undefined;
  }
  return undefined;
}

/** DER begins with a sequence; OpenSSH's format with its name. */
function beginsAs(label: string, body: string): boolean {
  if (label.startsWith("OPENSSH")) return body.startsWith(OPENSSH_MAGIC);
  return label.startsWith("PGP") || label.startsWith("SSH2") || body.startsWith("M");
}

const pem = (code: string, called: string, wanted: Armour): Form => ({
  code,
  called,
  needles: ["-----BEGIN "],
  certain: wanted === "plain",
  read: (extract, start, end) => armour(extract, start, end, wanted),
});

/** Bytes around a key's secret member in which its kind must stand. */
const JWK_REACH = 2_048;

/** Whether the text stands within reach of a place. */
function isNear(extract: Extract, place: number, text: string): boolean {
  const first = text.charCodeAt(0);
  const end = Math.min(extract.to, place + JWK_REACH);
  for (let at = Math.max(extract.from, place - JWK_REACH); at < end; at++) {
    if (extract.bytes[at] === first && extract.has(at, text)) return true;
  }
  return false;
}

/** RSA and elliptic curves: `d`; a key for both sides: `k` (RFC 7518, 6). */
const jwk = (member: "d" | "k", kinds: readonly string[]): Form => ({
  code: "private_key_jwk",
  called: "a private key in JSON (JWK)",
  needles: [`"${member}":"`, `"${member}": "`, `\\"${member}\\":\\"`],
  certain: true,
  read: (extract, start, end) => {
    const last = extract.run(end, Chars.base64url, 1_400);
    if (last - end < 40 || !(extract.has(last, '"') || extract.has(last, '\\"'))) return undefined;
    if (entropyOf(extract.text(end, Math.min(last, end + 400))) < KEY_ENTROPY) return undefined;
    const isKind = isNear(extract, start, "kty") && kinds.some((kind) => isNear(extract, start, kind));
    return isKind ? { start: end, end: last } : undefined;
  },
});

/** Of a token's part in base 64 for URLs; undefined where it is none. */
function decodedPart(text: string): string | undefined {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, "="));
  return bytes === undefined ? undefined : decodeUtf8(bytes);
}

export const KEYS: readonly Form[] = [
  pem("private_key_pem", "a private key", "plain"),
  pem("private_key_encrypted", "a private key under a passphrase", "encrypted"),
  {
    code: "private_key_putty",
    called: "a private key of PuTTY",
    needles: [`${PUTTY}2: `, `${PUTTY}3: `],
    certain: true,
    read: putty,
  },
  {
    code: "private_key_age",
    called: "a secret key of age",
    needles: ["AGE-SECRET-KEY-1"],
    certain: true,
    read: (extract, start, end) => {
      const last = extract.run(end, Chars.upperAndDigits, 58);
      return last - end === 58 && isBech32("AGE-SECRET-KEY-", extract.text(end, last)) ? { start, end: last } : undefined;
    },
  },
  jwk("d", ['"RSA', '"EC', '"OKP', '"RSA', '"EC"', '"OKP"', 'RSA\\"', 'EC\\"', 'OKP\\"']),
  jwk("k", ['"oct"', 'oct\\"']),
  {
    // The numbers of PKCS #8: version 0, RSA; then the key itself, version 0, with a modulus behind it.
    code: "private_key_der",
    called: "a private key in binary (PKCS #8)",
    needles: ["\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x82"],
    certain: true,
    read: pkcs8,
  },
  {
    code: "jwt",
    called: "a signed token (JWT)",
    needles: ["eyJ"],
    certain: false,
    read: (extract, start, end) => {
      // Only the first of a run: what is inside of one was looked at with it.
      if (isIn(extract.at(start - 1), Chars.base64url)) return undefined;
      const header = extract.run(end, Chars.base64url, 1_000);
      if (!extract.has(header, ".eyJ")) return undefined;
      const payload = extract.run(header + 1, Chars.base64url, 4_000);
      const last = extract.run(payload + 1, Chars.base64url, 1_000);
      if (!extract.has(payload, ".") || last - payload < 21) return undefined;
      if (decodedPart(extract.text(start, header))?.includes('"alg"') !== true) return undefined;
      const claims = decodedPart(extract.text(header + 1, payload)) ?? "";
      return { start, end: last, example: /"sub":\s*"1234567890"|"iss":\s*"joe"/.test(claims) };
    },
  },
];
