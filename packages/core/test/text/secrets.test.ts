import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../src/encoding/index.ts";
import { hasChecksum, isBech32 } from "../../src/text/secrets/checksums.ts";
import { findSecrets, MAX_SECRETS } from "../../src/text/secrets/index.ts";
import { Needles } from "../../src/text/secrets/needles.ts";

// No token stands here as one text: whoever looks for secrets in this project shall find none.

const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const codes = (text: string): string[] => findSecrets(latin(text)).flatMap(({ code, example }) => (example ? [] : [code]));

const DIGITS = "0123456789";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();
const HEX = "0123456789abcdef";
const ALNUM = DIGITS + UPPER + LOWER;
const URL64 = `${ALNUM}-_`;
const BASE64 = `${ALNUM}+/`;

/** Characters drawn by chance, the same each time. */
function drawn(alphabet: string, length: number, seed = 7): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return alphabet[(state >>> 8) % alphabet.length];
  }).join("");
}

const checksummed = (prefix: string, seed: number): string => {
  const body = drawn(ALNUM, 30, seed);
  const crc = crcOf(body);
  let checksum = "";
  for (let rest = crc; checksum.length < 6; rest = Math.floor(rest / 62)) {
    checksum = `${(DIGITS + UPPER + LOWER)[rest % 62]}${checksum}`;
  }
  return `${prefix}${body}${checksum}`;
};

/** Bit by bit, as the definition has it. */
function crcOf(text: string): number {
  let crc = 0xffff_ffff;
  for (const character of text) {
    crc ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}

const pem = (type: "pkcs1" | "pkcs8"): string =>
  generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type, format: "pem" }).toString();
const jwk = JSON.stringify(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }));
const b64 = (text: string): string => Buffer.from(text).toString("base64url");
const jwt = (claims: object): string =>
  `${b64('{"alg":"HS256","typ":"JWT"}')}.${b64(JSON.stringify(claims))}.${drawn(URL64, 43)}`;

/** The key that the README of age prints: its checksum is right. */
const AGE = `${"AGE-SECRET-KEY-1"}${"GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"}`;

const LEFT_BEHIND: readonly (readonly [code: string, secret: string])[] = [
  ["private_key_pem", pem("pkcs8")],
  ["private_key_pem", pem("pkcs1")],
  ["private_key_pem", pem("pkcs8").replaceAll("\n", "\\n")],
  ["private_key_pem", pem("pkcs8").replaceAll("\n", "\r\n")],
  ["private_key_pem", `-----BEGIN OPENSSH PRIVATE ${"KEY-----"}\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU${drawn(BASE64, 100)}\n`],
  [
    "private_key_pem",
    `-----BEGIN PGP PRIVATE ${"KEY BLOCK-----"}\nVersion: GnuPG v2\n\n${drawn(BASE64, 64)}\n${drawn(BASE64, 64)}\n`,
  ],
  ["private_key_encrypted", `-----BEGIN ENCRYPTED PRIVATE ${"KEY-----"}\nMIIF${drawn(BASE64, 60)}\n`],
  [
    "private_key_encrypted",
    `-----BEGIN RSA PRIVATE ${"KEY-----"}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\nMIIF${drawn(BASE64, 60)}\n`,
  ],
  ["private_key_putty", `PuTTY-User-Key-File-3: ${"ssh-ed25519"}\nEncryption: none\n`],
  ["private_key_age", AGE],
  ["private_key_jwk", jwk],
  ["private_key_jwk", jwk.replaceAll('"', '\\"')],
  ["private_key_jwk", `{"kty": "oct", "k": "${drawn(URL64, 43)}"}`],
  ["aws_access_key", `AKIA${"Y"}34${drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 13)}`],
  ["github_token", checksummed("ghp_", 1)],
  ["github_token", checksummed("ghs_", 2)],
  ["github_fine_grained_token", `github_pat_${drawn(ALNUM, 22)}_${drawn(ALNUM, 59, 3)}`],
  ["npm_token", checksummed("npm_", 4)],
  ["gitlab_token", `glpat-${drawn(URL64, 20, 11)}`],
  ["google_api_key", `AIza${drawn(URL64, 35)}`],
  ["google_oauth_secret", `GOCSPX-${drawn(URL64, 28)}`],
  ["stripe_key", `sk_live_${drawn(ALNUM, 24)}`],
  ["stripe_test_key", `sk_test_${drawn(ALNUM, 24)}`],
  ["pypi_token", `pypi-AgEIcHlwaS5vcmc${drawn(URL64, 120)}`],
  ["anthropic_key", `sk-ant-api03-${drawn(URL64, 93)}AA`],
  ["openai_key", `sk-${drawn(ALNUM, 20)}T3BlbkFJ${drawn(ALNUM, 20, 5)}`],
  ["openai_key", `sk-proj-${drawn(URL64, 58)}T3BlbkFJ${drawn(URL64, 58, 5)}`],
  ["openrouter_key", `sk-or-v1-${drawn(HEX, 64)}`],
  ["huggingface_token", ` hf_${drawn(UPPER + LOWER, 34)} `],
  ["twilio_key", ` SK${drawn(HEX, 32)} `],
  ["sendgrid_key", `SG.${drawn(URL64, 22)}.${drawn(URL64, 43, 9)}`],
  ["slack_token", `xoxb-${drawn(DIGITS, 12)}-${drawn(DIGITS, 13, 5)}-${drawn(ALNUM, 24)}`],
  ["slack_webhook", `https://hooks.slack.com/services/T${drawn(UPPER, 8)}/B${drawn(UPPER, 8, 2)}/${drawn(ALNUM, 24)}`],
  ["telegram_token", ` 123456789${":AA"}${drawn(URL64, 33)} `],
  ["discord_token", ` ${Buffer.from("914052847735210394").toString("base64")}.${drawn(URL64, 6)}.${drawn(URL64, 38)} `],
  ["azure_storage_key", `AccountName=a;AccountKey=${drawn(BASE64, 86)}==;`],
  ["azure_shared_access_key", `SharedAccessKey=${drawn(BASE64, 43)}=`],
  [
    "azure_sas_token",
    `?sv=2021-10-04&se=2051-10-06&sr=c&sp=racwdl&sig=${drawn(BASE64, 43).replaceAll("/", "%2F").replaceAll("+", "%2B")}%3D`,
  ],
  ["azure_client_secret", ` ${drawn(ALNUM, 3)}8Q~${drawn(ALNUM, 34)} `],
  ["digitalocean_token", `dop_v1_${drawn(HEX, 64)}`],
  ["shopify_token", `shpat_${drawn(HEX, 32)}`],
  ["databricks_token", ` dapi${drawn(HEX, 32)} `],
  ["docker_token", `dckr_pat_${drawn(URL64, 27)}`],
  ["vault_token", `hvs.${drawn(URL64, 90)}`],
  ["groq_key", `gsk_${drawn(ALNUM, 52)}`],
  ["jwt", ` ${jwt({ iss: "https://accounts.acme.io", sub: "7" })} `],
  ["named_secret", `DB_PASSWORD=${drawn(ALNUM, 28)}\n`],
  ["named_secret", `"client_secret": "${drawn(ALNUM, 32, 3)}",`],
  ["named_secret", `const apiKey = '${drawn(HEX, 40)}';`],
  ["connection_password", `postgres://svc:${drawn(ALNUM, 16)}@db.acme.io/main`],
];

describe("a secret that was left behind is found", () => {
  it.each(LEFT_BEHIND.map(([code, secret]) => [code, secret] as const))("%s", (code, secret) => {
    expect(codes(`${secret}`)).toContain(code);
  });

  it("between other strings of a compiled program, with nothing between them", () => {
    for (const [code, secret] of LEFT_BEHIND.filter(([code]) =>
      /github|npm|gitlab|stripe_key|google|sendgrid|anthropic|pypi|slack/.test(code),
    ))
      expect(codes(`no such filesrc/main.rs${secret}\x00called \`Option`)).toContain(code);
  });

  it("in two bytes a character, as AssemblyScript keeps its texts, at an even or an odd place", () => {
    const wide = (text: string, before: number): Uint8Array =>
      Uint8Array.from([
        ...new Array<number>(before).fill(0xff),
        ...Array.from(text, (c) => [c.charCodeAt(0), 0]).flat(),
        0xff,
        0xff,
        0xff,
      ]);
    for (const before of [1, 2, 15, 16, 33]) {
      const secret = checksummed("ghp_", before);
      expect(findSecrets(wide(`token ${secret} here`, before))).toMatchObject([{ code: "github_token", offset: before + 12 }]);
    }
  });

  it("a key in binary", () => {
    const der = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "der" });
    expect(findSecrets(new Uint8Array(der)).map(({ code }) => code)).toEqual(["private_key_der"]);
  });
});

describe("what looks like it is not taken for a secret", () => {
  it.each([
    ["the line that programs look for", `-----BEGIN PRIVATE ${"KEY-----"}\x00-----END PRIVATE KEY-----`],
    ["a key's line with dots under it", `-----BEGIN RSA PRIVATE ${"KEY-----"}\n...\n`],
    [
      "a public key",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "pem" }).toString(),
    ],
    [
      "a public key in JSON",
      JSON.stringify(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" })),
    ],
    [
      "a token of GitHub with another checksum",
      `${checksummed("ghp_", 1).slice(0, -1)}${checksummed("ghp_", 1).endsWith("0") ? "1" : "0"}`,
    ],
    ["a placeholder of GitHub", `ghp_${"x".repeat(36)}`],
    ["a placeholder of AWS", `AKIA${"X".repeat(16)}`],
    ["a long word that begins as a key of AWS does", `AKIA${UPPER}`],
    ["a placeholder of Stripe", `sk_live_${"1234567890".repeat(3)}`],
    ["a word in capitals", "XSK8s SKILLSANDTOOLSWITHOUTANYEND"],
    ["a name that starts as a token", "hf_model_loader_with_a_long_name_and_more npm_config_registry_and_other_things"],
    ["the name alone", "password=, token: string; secret = getSecretFromTheStore(); apiKey: process.env.API_KEY"],
    ["a name with a word", `password: "correct horse battery staple"`],
    ["a name with an identifier", "const tokenKind = SyntaxKindFirstReservedWordToken2;"],
    ["a digest without a telling name", `"integrity": "sha512-${drawn(BASE64, 86)}=="`],
    ["the password of an example", "postgres://postgres:postgres1@localhost/db mysql://user:password123@example.com/db"],
    ["an age key with another checksum", AGE.replace(/.$/, "Q")],
  ])("%s", (_, text) => expect(codes(text)).toEqual([]));

  it.each([
    `AKIA${"IOSFODNN7EXAMPLE"}`,
    `aws_secret_access_key = wJalrXUtnFEMI/${"K7MDENG/bPxRfiCYEXAMPLEKEY"}\n`,
    jwt({ sub: "1234567890", name: "John Doe", iat: 1_516_239_022 }),
  ])("what documentation prints for everybody is told apart: %s", (text) => {
    const found = findSecrets(latin(text));
    expect(found.length).toBe(1);
    expect(found[0]?.example).toBe(true);
  });
});

describe("checksums", () => {
  it("of GitHub's and npm's tokens, computed the long way", () => {
    for (let seed = 1; seed < 50; seed++) expect(hasChecksum(checksummed("", seed))).toBe(true);
    // Printed in GitHub's announcement of the form, and invalid since.
    expect(hasChecksum(`zQWBuTSOoRi4A9spHcVY5ncnsDk${"xkJ0mLq17"}`)).toBe(true);
  });

  it("of BIP 173", () => {
    expect(isBech32("A", "2UEL5L")).toBe(true);
    expect(isBech32("split", "checkupstagehandshakeupstreamerranterredcaperred2y9e3w")).toBe(true);
    expect(isBech32("split", "checkupstagehandshakeupstreamerranterredcaperred2y9e3q")).toBe(false);
  });
});

describe("what is told of a secret", () => {
  it("never has more than its first four characters", () => {
    for (const [, secret] of LEFT_BEHIND)
      for (const { redacted, offset, length } of findSecrets(latin(secret))) {
        const text = secret.slice(offset, offset + length);
        for (let at = 0; at + 5 <= text.length; at++) {
          const part = text.slice(at, at + 5);
          if (!/^[-A-Z ]+$/.test(part) && !part.includes("PuTTY".slice(0, 3))) expect(redacted).not.toContain(part);
        }
      }
  });

  it("is its place, and once", () => {
    const secret = checksummed("ghp_", 5);
    expect(findSecrets(latin(`ab ${secret} cd`))).toEqual([
      {
        code: "github_token",
        called: "a token of GitHub",
        certain: true,
        example: false,
        offset: 3,
        length: 40,
        redacted: "ghp_… (40 characters)",
        mark: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    ]);
    expect(findSecrets(latin(`${secret} ${secret}`), [{ from: 10, to: 100 }]).length).toBe(1);
  });

  it("is bounded", () => {
    const many = encodeUtf8(`${checksummed("ghp_", 5)} `.repeat(MAX_SECRETS + 100));
    expect(findSecrets(many).length).toBe(MAX_SECRETS);
  });
});

describe("the search for many needles at once", () => {
  it("finds what a search for each alone finds", () => {
    const needle = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.uniqueArray(needle, { minLength: 1, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom("a", "b", "c", "d"), maxLength: 60 }),
        (needles, text) => {
          const found: string[] = [];
          new Needles(needles).scan(latin(text), 0, text.length, (index, start) => found.push(`${needles[index]}@${start}`));
          const wanted = needles.flatMap((each) =>
            Array.from(text).flatMap((_, start) => (text.startsWith(each, start) ? [`${each}@${start}`] : [])),
          );
          expect(found.toSorted()).toEqual(wanted.toSorted());
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("says nothing of random bytes, and throws nothing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => findSecrets(bytes).every(({ certain }) => !certain)),
      { numRuns: 500 },
    );
  });
});

describe("programs and texts of other people", () => {
  const require = createRequire(import.meta.url);
  it.each([
    "sql.js/dist/sql-wasm.wasm",
    "sql.js/dist/sql-wasm-inline.js",
    "@resvg/resvg-wasm/index_bg.wasm",
    "esbuild-wasm/esbuild.wasm",
    "typescript/lib/typescript.js",
  ])("%s: nothing", (path) => {
    expect(findSecrets(new Uint8Array(readFileSync(require.resolve(path))))).toEqual([]);
  });
});

describe("a baseline for one private key is for no other", () => {
  const pkcs8 = (): Buffer =>
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "der" });
  const putty = (seed: number): string =>
    `PuTTY-User-Key-File-3: ${"ssh-ed25519"}\nEncryption: none\nPrivate-Lines: 1\n${drawn(BASE64, 48, seed)}\nPrivate-MAC: ${drawn(HEX, 64, seed)}\n`;
  const encrypted = (): string =>
    generateKeyPairSync("ed25519")
      .privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
      .toString();
  it.each<[code: string, one: Uint8Array, other: Uint8Array]>([
    ["private_key_pem", latin(pem("pkcs1")), latin(pem("pkcs1"))],
    ["private_key_pem", latin(pem("pkcs8")), latin(pem("pkcs8"))],
    ["private_key_encrypted", latin(encrypted()), latin(encrypted())],
    ["private_key_putty", latin(putty(3)), latin(putty(5))],
    ["private_key_der", pkcs8(), pkcs8()],
  ])("%s", (code, one, other) => {
    const marksOf = (bytes: Uint8Array) => findSecrets(bytes).flatMap((each) => (each.code === code ? [each.mark] : []));
    const [first, second] = [marksOf(one), marksOf(other)];
    expect([first.length, second.length]).toEqual([1, 1]);
    expect(first).not.toEqual(second);
    // Of itself it is the same in another place, with other things around it.
    expect(marksOf(Buffer.concat([latin("before\n"), one, latin("\nbehind"), other]))).toEqual([...first, ...second]);
  });

  it("a last byte that differs makes it another", () => {
    const text = pem("pkcs8");
    const at = text.lastIndexOf("\n-----END") - 6;
    const changed = `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
    expect(findSecrets(latin(changed))[0]?.mark).not.toBe(findSecrets(latin(text))[0]?.mark);
  });

  it("without its last line a bounded number of bytes is its own", () => {
    const [found] = findSecrets(latin(`${pem("pkcs8").split("-----END")[0] ?? ""}${" \n".repeat(100_000)}`));
    expect(found?.length).toBeLessThan(70_000);
  });
});

describe("a mark of a secret", () => {
  const marks = (text: string) => findSecrets(latin(text)).map(({ mark, certain }) => [mark.length, certain, mark]);
  const key = (seed: number) => checksummed("ghp_", seed);
  it("is another one for another secret of its kind and length, and the same for the same one elsewhere", () => {
    const [[, , one] = [], [, , other] = []] = [marks(key(3))[0], marks(key(5))[0]];
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(other).toMatch(/^[0-9a-f]{16}$/);
    expect(one).not.toBe(other);
    expect(marks(`   ${key(3)}`)[0]?.[2]).toBe(one);
  });
  it("is of eight bits where somebody could guess the secret", () => {
    for (const [length, certain] of marks(`password = "${drawn(ALNUM, 20)}"`)) expect([length, certain]).toEqual([2, false]);
  });
});

it("a key in UTF-16 is found wherever a long text is cut", () => {
  const key = `"${"AKIA"}${drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 3)}"`;
  for (const before of [65_536 - 30, 65_536 - 11, 65_536 - 2, 65_536 + 5, 2 * 65_536 - 16_384 - 9, 100_000]) {
    const text = `${"- ".repeat(Math.ceil(before / 2)).slice(0, before)}${key}${" -".repeat(30_000)}`;
    const found = findSecrets(Uint8Array.from(Buffer.from(text, "utf16le")));
    expect(found.map(({ code, offset }) => [code, offset])).toEqual([["aws_access_key", 2 * (before + 1)]]);
  }
});

it("the beginning of a token of Slack, again and again, takes no longer than other bytes", () => {
  const text = latin(`${"xoxb-"}`.repeat(400_000));
  findSecrets(text.subarray(0, 5000));
  const started = process.cpuUsage();
  expect(findSecrets(text)).toEqual([]);
  // Two megabytes took three seconds and a half, when each was read on to 250 characters.
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
});
