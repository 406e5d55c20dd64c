import { decodeUtf8, fromBase64 } from "../../encoding/index.ts";
import { Chars, type Extract, entropyOf, isIn } from "./characters.ts";
import { isBech32 } from "./checksums.ts";
import type { Extent, Form } from "./form.ts";

/** Bytes behind a key's first line in which its contents must begin. */
const KEY_HEAD = 600;
/** Bits a character: contents that are made up by hand have less. */
const KEY_ENTROPY = 3;
/** What OpenSSH's format begins with, in base 64. */
const OPENSSH_MAGIC = "b3BlbnNzaC1rZXktdjE";

type Armour = "plain" | "encrypted";

/** `-----BEGIN … PRIVATE KEY-----` with contents behind it: the line alone is in every program that reads keys. */
function armour(extract: Extract, start: number, end: number, wanted: Armour): Extent | undefined {
  const label = /^((?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?)-----/.exec(extract.text(end, end + 60))?.[1];
  if (label === undefined) return undefined;
  const last = end + label.length + 5;
  const head = extract.text(last, last + KEY_HEAD).replaceAll(/\\+[rn]/g, "\n");
  if (!/^["'+\s]*\s/.test(head)) return undefined;
  const contents = head.replaceAll(/^\s*[A-Za-z][A-Za-z-]+: .*$/gm, "").replaceAll(/[\s"',+\\]+(?=[A-Za-z0-9+/=\s"',\\-])/g, "");
  const [body = ""] = /^[A-Za-z0-9+/]{40,}/.exec(contents) ?? [];
  if (body === "" || entropyOf(body) < KEY_ENTROPY || !beginsAs(label, body)) return undefined;
  const kind: Armour = label.includes("ENCRYPTED") || head.includes("ENCRYPTED") ? "encrypted" : "plain";
  return kind === wanted ? { start, end: last, shown: `-----BEGIN ${label}-----` } : undefined;
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
    needles: ["PuTTY-User-Key-File-2: ", "PuTTY-User-Key-File-3: "],
    certain: true,
    read: (extract, start, end) => (/^(?:ssh|ecdsa)-/.test(extract.text(end, end + 8)) ? { start, end } : undefined),
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
    read: (extract, start, end) =>
      extract.has(end + 2, "\x30\x82") && extract.has(end + 6, "\x02\x01\x00\x02\x82")
        ? { start, end: end + 11, shown: "PKCS #8, RSA" }
        : undefined,
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
