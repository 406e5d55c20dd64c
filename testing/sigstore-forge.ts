/**
 * A Sigstore of our own: a certificate authority, its log of certificates and a transparency log, each with a key made here, and the trusted
 * root that names them. What it signs is what Fulcio and Rekor give out for an in-toto statement (bundle 0.1, entry `dsse` 0.0.1).
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface Forge {
  /** `trusted_root.json`. */
  readonly trustedRoot: string;
  /** A bundle over the payload, by a certificate for that subject. */
  attest(payload: Uint8Array, subject: string, issuer: string): string;
  /** The same by a key of one's own. */
  attestByKey(payload: Uint8Array, key: KeyObject): string;
}

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
/** When all of it is signed, seconds since 1970; the certificates count an hour before and after it. */
const AT = 1_750_000_000;

export function forge(): Forge {
  const [authority, certificates, log] = [pair(), pair(), pair()];
  const rootCertificate = certificate({
    subject: AUTHORITY,
    key: authority.publicKey,
    signer: authority.privateKey,
    extensions: [
      extension("2.5.29.19", true, sequence(der(1, Buffer.from([0xff])))),
      extension("2.5.29.15", true, der(3, Buffer.from([1, 0x06]))),
    ],
  });
  const start = new Date((AT - 86_400) * 1000).toISOString();
  const logOf = (key: KeyObject) => ({
    baseUrl: "https://log.example",
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: base64(spki(key)), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor: { start } },
    logId: { keyId: base64(sha256(spki(key))) },
  });
  const trustedRoot = JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [logOf(log.publicKey)],
    ctlogs: [logOf(certificates.publicKey)],
    certificateAuthorities: [
      {
        subject: { organization: "example", commonName: AUTHORITY },
        uri: "https://ca.example",
        certChain: { certificates: [{ rawBytes: base64(rootCertificate) }] },
        validFor: { start },
      },
    ],
    timestampAuthorities: [],
  });
  const bundle = (payload: Uint8Array, key: KeyObject, material: object, verifier: string): string => {
    const body = Buffer.from(payload);
    const signature = base64(sign("sha256", preAuth(body), key));
    const dsseEnvelope = { payloadType: PAYLOAD_TYPE, payload: base64(body), signatures: [{ sig: signature }] };
    return JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.1",
      verificationMaterial: { ...material, tlogEntries: [entry(dsseEnvelope, verifier)] },
      dsseEnvelope,
    });
  };
  return {
    trustedRoot,
    attest: (payload, subject, issuer) => {
      const own = pair();
      const leaf = leafCertificate(own.publicKey, { subject, issuer, authority, certificates });
      const material = { x509CertificateChain: { certificates: [{ rawBytes: base64(leaf) }] } };
      return bundle(payload, own.privateKey, material, pem("CERTIFICATE", leaf));
    },
    attestByKey: (payload, key) => bundle(payload, key, { publicKey: { hint: "own" } }, "own"),
  };

  /** With the log's promise to include it: its signature over the entry. */
  function entry(
    envelope: { readonly payload: string; readonly signatures: readonly { readonly sig: string }[] },
    verifier: string,
  ) {
    const text = JSON.stringify({
      apiVersion: "0.0.1",
      kind: "dsse",
      spec: {
        envelopeHash: { algorithm: "sha256", value: sha256(Buffer.from(JSON.stringify(envelope))).toString("hex") },
        payloadHash: { algorithm: "sha256", value: sha256(Buffer.from(envelope.payload, "base64")).toString("hex") },
        signatures: envelope.signatures.map(({ sig }) => ({ signature: sig, verifier: base64(Buffer.from(verifier)) })),
      },
    });
    const body = base64(Buffer.from(text));
    const logId = sha256(spki(log.publicKey));
    const promised = `{"body":"${body}","integratedTime":${AT},"logID":"${logId.toString("hex")}","logIndex":7}`;
    return {
      logIndex: "7",
      logId: { keyId: base64(logId) },
      kindVersion: { kind: "dsse", version: "0.0.1" },
      integratedTime: String(AT),
      inclusionPromise: { signedEntryTimestamp: base64(sign("sha256", Buffer.from(promised), log.privateKey)) },
      canonicalizedBody: body,
    };
  }
}

type Pair = ReturnType<typeof pair>;
const pair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const spki = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const pem = (label: string, bytes: Uint8Array): string => `-----BEGIN ${label}-----\n${base64(bytes)}\n-----END ${label}-----\n`;
const preAuth = (body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${body.length} `), body]);

const AUTHORITY = "authority.example";

/** As Fulcio makes one: the subject as a URI, the issuer in an extension of its own, and the receipt of the log of certificates. */
function leafCertificate(
  key: KeyObject,
  of: { readonly subject: string; readonly issuer: string; readonly authority: Pair; readonly certificates: Pair },
): Buffer {
  const extensions = [
    extension("2.5.29.17", true, sequence(der(0x86, Buffer.from(of.subject)))),
    extension("1.3.6.1.4.1.57264.1.8", false, der(0x0c, Buffer.from(of.issuer))),
  ];
  const parts = { subject: "", key, signer: of.authority.privateKey };
  const tbs = toBeSigned({ ...parts, extensions });
  const precertificate = Buffer.concat([sha256(spki(of.authority.publicKey)), uint(tbs.length, 3), tbs]);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(AT) * 1000n);
  // RFC 6962, 3.2: version, kind of signature, time, kind of entry, the entry, no extensions.
  const signed = Buffer.concat([Buffer.from([0, 0]), time, uint(1, 2), precertificate, uint(0, 2)]);
  const signature = sign("sha256", signed, of.certificates.privateKey);
  const logId = sha256(spki(of.certificates.publicKey));
  const receipt = Buffer.concat([
    Buffer.from([0]),
    logId,
    time,
    uint(0, 2),
    Buffer.from([4, 3]),
    uint(signature.length, 2),
    signature,
  ]);
  const list = Buffer.concat([uint(receipt.length + 2, 2), uint(receipt.length, 2), receipt]);
  return certificate({ ...parts, extensions: [...extensions, extension("1.3.6.1.4.1.11129.2.4.2", false, der(4, list))] });
}

interface CertificateParts {
  /** Common name; empty: none. */
  readonly subject: string;
  readonly key: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}

const ECDSA_WITH_SHA256 = () => sequence(oid("1.2.840.10045.4.3.2"));

function toBeSigned({ subject, key, extensions }: Omit<CertificateParts, "signer">): Buffer {
  const time = (seconds: number) =>
    der(
      0x17,
      Buffer.from(
        `${new Date(seconds * 1000)
          .toISOString()
          .replace(/[-:T]|\.\d+/g, "")
          .slice(2)}`,
      ),
    );
  return sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1])),
    ECDSA_WITH_SHA256(),
    name(AUTHORITY),
    sequence(time(AT - 3600), time(AT + 3600)),
    name(subject),
    spki(key),
    der(0xa3, sequence(...extensions)),
  );
}

function certificate(parts: CertificateParts): Buffer {
  const tbs = toBeSigned(parts);
  return sequence(tbs, ECDSA_WITH_SHA256(), der(3, Buffer.concat([Buffer.from([0]), sign("sha256", tbs, parts.signer)])));
}

const name = (common: string): Buffer =>
  common === "" ? sequence() : sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(common)))));

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [der(1, Buffer.from([0xff]))] : []), der(4, value));
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

function der(tag: number, content: Buffer): Buffer {
  const size =
    content.length < 128
      ? [content.length]
      : content.length < 256
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...others] = text.split(".").map(Number);
  const bytes = others.flatMap((part) => {
    const digits = [part & 127];
    for (let left = part >> 7; left > 0; left >>= 7) digits.unshift((left & 127) | 128);
    return digits;
  });
  return der(6, Buffer.from([first * 40 + second, ...bytes]));
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
