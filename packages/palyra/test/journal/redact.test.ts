import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { looksSecret, REDACTED, redact } from "../../src/journal/index.ts";

describe("redaction before anything is written (spec 5.3)", () => {
  it.each([
    "password",
    "api_key",
    "apiKey",
    "API-KEY",
    "client.secret",
    "db_passwd",
    "authorization",
    "privateKey",
    "session_token",
    "cookies",
    "token_value",
    "authorization_header",
    "private_key_pem",
    "apiKeyBase64",
  ])("takes %s for a secret", (key) => expect(looksSecret(key)).toBe(true));
  it.each([
    "key",
    "key_id",
    "signature_key_id",
    "public_key",
    "tokens_used",
    "secretary",
    "skill_id",
    "scope",
    "secret_scope",
    "token_count",
    "client_secret_id",
    "signing_key_id",
    "access_key_fingerprint",
    "token_type",
  ])("takes %s for none", (key) => expect(looksSecret(key)).toBe(false));

  it("keeps what only names secrets", () => {
    const named = {
      missing_secrets: [{ scope: "global", key: "k" }],
      secrets: [{ scope: "s", key: "k", problem: "p" }],
      tokens: [],
    };
    expect(redact(named)).toEqual(named);
    for (const value of ["x", 5, ["x"], { x: "y" }])
      expect(redact({ secrets: [{ scope: "s", key: "k", value }] })).toEqual({
        secrets: [{ scope: "s", key: "k", value: REDACTED }],
      });
    expect(redact({ secrets: [{ scope: "s", key: "k", problem: { x: "y" } }] })).toEqual({
      secrets: [{ scope: "s", key: "k", problem: REDACTED }],
    });
    expect(redact({ secrets: [{ scope: "s", key: "k", password: "x" }] })).toEqual({
      secrets: [{ scope: "s", key: "k", password: REDACTED }],
    });
    expect(redact({ secrets: ["x"], credentials: { a: "x" }, token: 5, secret: true, password: null })).toEqual({
      secrets: REDACTED,
      credentials: REDACTED,
      token: REDACTED,
      secret: true,
      password: null,
    });
  });

  it("lets no value through under such a key, however deep it lies", () => {
    const secret = fc.constantFrom("password", "apiKey", "x_token", "client-secret");
    const path = fc.array(fc.oneof(fc.string(), fc.constant(0)), { maxLength: 30 });
    fc.assert(
      fc.property(secret, path, (key, steps) => {
        const nested = steps.reduceRight<object>((inner, step) => (step === 0 ? { list: [inner] } : { [step]: inner }), {
          [key]: "s3cret",
        });
        expect(JSON.stringify(redact({ ...nested }))).not.toContain("s3cret");
      }),
    );
  });

  it("ends, and hides, below any depth", () => {
    let deep: { readonly [key: string]: object } = { password: ["s3cret"] };
    for (let n = 0; n < 5_000; n += 1) deep = { a: deep };
    expect(JSON.stringify(redact({ ...deep, b: 1 }))).not.toContain("s3cret");
  });
});
