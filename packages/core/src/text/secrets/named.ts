import { Chars, type Extract, entropyOf, looksRandom } from "./characters.ts";
import type { Extent, Form } from "./form.ts";

/** Names that tell that what they are given is secret. */
const NAMES = [
  "password",
  "passwd",
  "passphrase",
  "secret",
  "token",
  "api_key",
  "api-key",
  "apikey",
  "access_key",
  "accesskey",
  "private_key",
  "privatekey",
  "credential",
  "auth_key",
  "authkey",
] as const;

/** As programs write them. */
const SPELLINGS: readonly string[] = [
  ...new Set(
    NAMES.flatMap((name) => {
      const camel = name.replaceAll(/[_-]([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const capital = camel.slice(0, 1).toUpperCase() + camel.slice(1);
      return [name, name.toUpperCase(), name.slice(0, 1).toUpperCase() + name.slice(1), camel, capital];
    }),
  ),
];

/** Characters of a name that may follow the telling part of it: `secret_access_key`. */
const MORE_NAME = 24;
const MIN_SECRET = 20;
const MAX_SECRET = 200;
/** Bits a character: words and identifiers have less than what is drawn by chance, or no digits. */
const MIN_ENTROPY = 3.6;
const MIN_HEX_ENTROPY = 3.2;

const QUOTES = new Set(Array.from("\"'`", (character) => character.charCodeAt(0)));
const [SPACE, BACKSLASH, COLON, EQUALS, GREATER, AT] = [0x20, 0x5c, 0x3a, 0x3d, 0x3e, 0x40];

const isAt = (extract: Extract, place: number, ...bytes: readonly number[]): boolean => {
  const byte = extract.at(place);
  return byte !== undefined && bytes.includes(byte);
};

function skip(extract: Extract, place: number, most: number, isPart: (byte: number) => boolean): number {
  let at = place;
  for (; at < place + most; at++) {
    const byte = extract.at(at);
    if (byte === undefined || !isPart(byte)) break;
  }
  return at;
}

const isQuote = (byte: number): boolean => QUOTES.has(byte) || byte === BACKSLASH;
const isSpace = (byte: number): boolean => byte === SPACE || byte === 0x09;
/** A secret ends where the text says so, not in the middle of an expression. */
const isEnd = (byte: number | undefined): boolean =>
  byte === undefined || byte <= SPACE || isQuote(byte) || byte === 0x2c || byte === 0x3b;

/** Where the value begins that a name is given: `NAME=…`, `"name": "…"`, `name := '…'`. */
function valueAt(extract: Extract, end: number): number | undefined {
  let at = extract.run(end, Chars.word | 32, MORE_NAME);
  at = skip(extract, skip(extract, at, 2, isQuote), 2, isSpace);
  if (!isAt(extract, at, COLON, EQUALS)) return undefined;
  at = isAt(extract, at + 1, EQUALS, GREATER) ? at + 2 : at + 1;
  return skip(extract, skip(extract, at, 2, isSpace), 2, isQuote);
}

function namedSecret(extract: Extract, start: number, end: number): Extent | undefined {
  const from = valueAt(extract, end);
  if (from === undefined) return undefined;
  const last = extract.run(extract.run(from, Chars.base64 | Chars.base64url | 512, MAX_SECRET + 1), 1024, 2);
  if (last - from < MIN_SECRET || last - from > MAX_SECRET || !isEnd(extract.at(last))) return undefined;
  const value = extract.text(from, last);
  if (!looksDrawn(value)) return undefined;
  const example = value.endsWith("EXAMPLEKEY");
  return { start: from, end: last, example, shown: `${extract.text(start, end)}: ${value.slice(0, 2)}…` };
}

/** What a generator makes, and people and compilers do not. */
function looksDrawn(value: string): boolean {
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 32 && entropyOf(value) >= MIN_HEX_ENTROPY && looksRandom(value);
  if (value.endsWith("EXAMPLEKEY")) return true;
  const digits = value.replaceAll(/[^0-9]/g, "").length;
  const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && digits >= 2;
  return isMixed && !/^[A-Za-z_-]+[0-9]+$/.test(value) && entropyOf(value) >= MIN_ENTROPY && looksRandom(value);
}

/** Passwords that stand in examples. */
const NO_PASSWORD =
  /^(?:pass|password|passwd|pwd|secret|test|root|admin|user|guest|postgres|mysql|redis|rabbit|mongo|hunter2|s3cret|changeme)/i;
const NO_HOST = /^(?:localhost|127\.[0-9.]+|host|hostname|db|server|database)$|(?:^|\.)example(?:\.(?:com|org|net))?$/i;

/** Characters that end the part of an address that names its host. */
const ADDRESS_ENDS = new Set(Array.from("/\"'`<>{} \n\t\0", (character) => character.charCodeAt(0)));

/** Whether an `@` follows before the host's part ends. */
function hasUser(extract: Extract, from: number): boolean {
  for (let at = from; at < from + 170; at++) {
    const byte = extract.at(at);
    if (byte === AT) return true;
    if (byte === undefined || ADDRESS_ENDS.has(byte)) return false;
  }
  return false;
}

export const NAMED: readonly Form[] = [
  {
    code: "named_secret",
    called: "a password or token: drawn by chance, beside a name that says so",
    needles: SPELLINGS,
    certain: false,
    read: namedSecret,
  },
  {
    code: "connection_password",
    called: "a password in the address of a server",
    needles: [
      "postgres://",
      "postgresql://",
      "mysql://",
      "mongodb://",
      "mongodb+srv://",
      "redis://",
      "rediss://",
      "amqp://",
      "amqps://",
    ],
    certain: false,
    read: (extract, start, end) => {
      if (!hasUser(extract, end)) return undefined;
      const found = /^([^\s:@/"'<>{}$%[\]()]{0,64}):([^\s:@/"'<>{}$%[\]()*]{8,100})@([A-Za-z0-9.-]{3,100})/.exec(
        extract.text(end, end + 270),
      );
      const [, user = "", password = "", host = ""] = found ?? [];
      if (found === null || password === user || NO_PASSWORD.test(password) || NO_HOST.test(host) || !/[0-9]/.test(password))
        return undefined;
      const from = end + user.length + 1;
      return { start: from, end: from + password.length, shown: `${extract.text(start, end)}…:…@` };
    },
  },
];
