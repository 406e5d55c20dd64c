import { fromBase64 } from "../encoding/index.ts";

/**
 * A PKCS#8 private key of Ed25519 in PEM (RFC 7468, 5958, 8410): one block and nothing around it but white space.
 *
 *     OneAsymmetricKey ::= SEQUENCE { version INTEGER (0 | 1), SEQUENCE { OID 1.3.101.112 },
 *                                     OCTET STRING { OCTET STRING (32 bytes) }, [0] attributes?, [1] public key? }
 */
const PEM = /^-----BEGIN PRIVATE KEY-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END PRIVATE KEY-----$/;

/** Longest PEM text that is looked at, in characters: a key with attributes takes a few hundred. */
const MAX_PEM_LENGTH = 4096;

/** `1.3.101.112` (id-Ed25519), with the header of its SEQUENCE and its own. */
const ED25519_ALGORITHM = [0x06, 0x03, 0x2b, 0x65, 0x70];

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
const ATTRIBUTES = 0xa0;
const PUBLIC_KEY = 0x81;

/** The 32-byte seed of a PEM text; undefined where the text is anything else. */
export function seedOfPem(text: string): Uint8Array | undefined {
  if (text.length > MAX_PEM_LENGTH) return undefined;
  const body = PEM.exec(text)?.[1];
  const der = body === undefined ? undefined : fromBase64(body.replaceAll(/[\r\n]/g, ""));
  return der === undefined ? undefined : seedOfDer(der);
}

function seedOfDer(der: Uint8Array): Uint8Array | undefined {
  const outer = readElement(der);
  if (outer?.tag !== SEQUENCE || outer.rest.length > 0) return undefined;
  const version = readElement(outer.content);
  if (version?.tag !== INTEGER || version.content.length !== 1) return undefined;
  const algorithm = readElement(version.rest);
  if (algorithm?.tag !== SEQUENCE || !equal(algorithm.content, ED25519_ALGORITHM)) return undefined;
  const wrapped = readElement(algorithm.rest);
  if (wrapped?.tag !== OCTET_STRING) return undefined;
  const seed = readElement(wrapped.content);
  if (seed?.tag !== OCTET_STRING || seed.content.length !== 32 || seed.rest.length > 0) return undefined;
  return isTail(wrapped.rest, version.content[0]) ? seed.content.slice() : undefined;
}

/** What may follow the key: attributes, and with version 1 the public key, which is derived here and never believed. */
function isTail(bytes: Uint8Array, version: number | undefined): boolean {
  let rest = bytes;
  const attributes = readElement(rest);
  if (attributes?.tag === ATTRIBUTES) rest = attributes.rest;
  if (version === 0) return rest.length === 0;
  const publicKey = readElement(rest);
  if (publicKey?.tag === PUBLIC_KEY && publicKey.content.length === 33 && publicKey.content[0] === 0) rest = publicKey.rest;
  return version === 1 && rest.length === 0;
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly rest: Uint8Array;
}

/** One DER element: a tag of one byte, the length in its shortest form and below 2^16, the content. */
function readElement(bytes: Uint8Array): Element | undefined {
  const [tag, first, second, third] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  let header = 2;
  let length = first;
  if (first === 0x81 && second !== undefined && second >= 0x80) {
    header = 3;
    length = second;
  } else if (first === 0x82 && second !== undefined && third !== undefined && second > 0) {
    header = 4;
    length = second * 256 + third;
  } else if (first >= 0x80) return undefined;
  if (bytes.length < header + length) return undefined;
  return { tag, content: bytes.subarray(header, header + length), rest: bytes.subarray(header + length) };
}

function equal(bytes: Uint8Array, expected: readonly number[]): boolean {
  return bytes.length === expected.length && expected.every((byte, index) => byte === bytes[index]);
}
