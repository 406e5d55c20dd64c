import { Chars, Class, type Extract, isIn, looksRandom } from "./characters.ts";
import { hasChecksum } from "./checksums.ts";
import { type Form, token } from "./form.ts";

const hasDigit = (secret: string): boolean => /[0-9]/.test(secret);
const hasMixedCase = (secret: string): boolean => /[a-z]/.test(secret) && /[A-Z]/.test(secret);
/** Access keys are in base 32. */
const isAccessKey = (secret: string): boolean => /^[A-Z2-7]+$/.test(secret) && /[2-7]/.test(secret) && looksRandom(secret);

/**
 * Tokens by the prefixes and lengths that their issuers document, or that their own scanners go by. In a compiled program strings
 * stand side by side with nothing between them, so most need no boundary: prefix, length and randomness have to do.
 */
export const TOKENS: readonly Form[] = [
  {
    code: "aws_access_key",
    called: "an access key of AWS",
    needles: ["AKIA", "ASIA", "ABIA", "ACCA"],
    certain: true,
    read: (extract, start, end) => {
      const last = extract.run(end, Chars.upperAndDigits, 17);
      // AKIA says what it is; the others occur in base 64 of anything.
      const apart = extract.has(start, "AKIA") ? Chars.upperAndDigits : Chars.value;
      if (last - end !== 16 || isIn(extract.at(start - 1), apart) || isIn(extract.at(last), apart)) return undefined;
      const secret = extract.text(end, last);
      // Amazon's documentation ends each of its own so.
      const example = secret.endsWith("EXAMPLE");
      return example || isAccessKey(secret) ? { start, end: last, example } : undefined;
    },
  },
  token({
    code: "github_token",
    called: "a token of GitHub",
    prefixes: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
    set: Chars.alphanumeric,
    length: 36,
    check: hasChecksum,
  }),
  token({
    code: "github_fine_grained_token",
    called: "a token of GitHub",
    prefixes: ["github_pat_"],
    set: Chars.word,
    length: 82,
  }),
  token({
    code: "npm_token",
    called: "a token of npm",
    prefixes: ["npm_"],
    set: Chars.alphanumeric,
    length: 36,
    check: hasChecksum,
  }),
  token({
    code: "gitlab_token",
    called: "a token of GitLab",
    prefixes: ["glpat-", "gldt-", "glrt-", "glsoat-", "glcbt-", "glft-", "glimt-", "glagent-", "glffct-"],
    set: Chars.base64url,
    length: [20, 64],
    check: hasDigit,
  }),
  token({ code: "gitlab_token", called: "a token of GitLab", prefixes: ["glptt-"], set: Chars.hex, length: 40 }),
  token({
    code: "google_api_key",
    called: "an API key of Google",
    prefixes: ["AIza"],
    set: Chars.base64url,
    length: 35,
    check: (secret) => hasDigit(secret) && hasMixedCase(secret),
  }),
  token({
    code: "google_oauth_secret",
    called: "an OAuth secret of Google",
    prefixes: ["GOCSPX-"],
    set: Chars.base64url,
    length: 28,
  }),
  token({
    code: "stripe_key",
    called: "a live key of Stripe",
    prefixes: ["sk_live_", "rk_live_"],
    set: Chars.alphanumeric,
    length: [24, 247],
  }),
  token({
    code: "stripe_test_key",
    called: "a test key of Stripe",
    prefixes: ["sk_test_", "rk_test_"],
    set: Chars.alphanumeric,
    length: [24, 247],
    doubtful: true,
  }),
  token({
    code: "pypi_token",
    called: "a token of PyPI",
    prefixes: ["pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZ"],
    set: Chars.base64url,
    length: [50, 1_000],
  }),
  token({
    code: "anthropic_key",
    called: "an API key of Anthropic",
    prefixes: ["sk-ant-api03-", "sk-ant-admin01-", "sk-ant-oat01-"],
    set: Chars.base64url,
    length: [80, 128],
  }),
  token({ code: "openrouter_key", called: "an API key of OpenRouter", prefixes: ["sk-or-v1-"], set: Chars.hex, length: 64 }),
  token({
    code: "huggingface_token",
    called: "a token of Hugging Face",
    prefixes: ["hf_", "api_org_"],
    set: Chars.letters,
    length: 34,
    apart: Chars.word,
    check: hasMixedCase,
    doubtful: true,
  }),
  token({
    code: "twilio_key",
    called: "an API key of Twilio",
    prefixes: ["SK"],
    set: Chars.hex,
    length: 32,
    apart: Chars.word,
    doubtful: true,
  }),
  {
    code: "sendgrid_key",
    called: "an API key of SendGrid",
    needles: ["SG."],
    certain: true,
    read: (extract, start, end) => {
      const dot = extract.run(end, Chars.base64url, 22);
      if (dot - end !== 22 || !extract.has(dot, ".")) return undefined;
      const last = extract.run(dot + 1, Chars.base64url, 43);
      return last - dot === 44 && hasMixedCase(extract.text(end, last)) ? { start, end: last } : undefined;
    },
  },
  {
    code: "slack_token",
    called: "a token of Slack",
    needles: ["xoxb-", "xoxp-", "xoxa-", "xoxo-", "xoxr-", "xoxs-", "xapp-"],
    certain: true,
    read: (extract, start, end) => {
      // Ids of ten digits and more, then what is secret. What begins otherwise is not read on: it may be the same needle again and again.
      const digits = extract.run(end, Chars.digits, 15) - end;
      if (digits !== 1 && (digits < 9 || digits > 14)) return undefined;
      const last = extract.run(end, Chars.base64url, 250);
      return /^(?:\d-A[A-Z0-9]{8,12}-)?\d{9,14}-(?:\d{9,14}-)*[A-Za-z0-9]{16,}$/.test(extract.text(end, last))
        ? { start, end: last }
        : undefined;
    },
  },
  {
    code: "slack_webhook",
    called: "a webhook of Slack",
    needles: ["hooks.slack.com/services/T"],
    certain: true,
    read: (extract, start, end) => {
      const last = extract.run(end, Chars.base64, 60);
      return /^[A-Z0-9]{7,12}\/B[A-Z0-9]{7,12}\/(?!X{24})[A-Za-z0-9]{24}/.test(extract.text(end, last))
        ? { start, end: last }
        : undefined;
    },
  },
  {
    code: "telegram_token",
    called: "a token of a Telegram bot",
    needles: [":AA"],
    certain: true,
    read: (extract, start, end) => {
      const first = extract.runBefore(start, Chars.digits, 11);
      const last = extract.run(end, Chars.base64url, 34);
      if (start - first < 8 || start - first > 10 || last - end !== 33) return undefined;
      return hasMixedCase(extract.text(end, last)) ? { start: first, end: last } : undefined;
    },
  },
  {
    code: "discord_token",
    called: "a token of a Discord bot",
    needles: ["MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"],
    certain: true,
    read: (extract, start, end) => {
      if (isIn(extract.at(start - 1), Chars.base64url)) return undefined;
      const dot = extract.run(end, Chars.alphanumeric, 27);
      if (dot - start < 23 || dot - start > 28 || !extract.has(dot, ".")) return undefined;
      const second = extract.run(dot + 1, Chars.base64url, 7);
      if (second - dot !== 7 || !extract.has(second, ".")) return undefined;
      const last = extract.run(second + 1, Chars.base64url, 60);
      // The first part is the bot's number, of 17 to 20 digits, in base 64.
      const isNumber = /^(?:[MNO][TDjz][A-Za-z0-9]{2}){5,}/.test(extract.text(start, dot));
      return isNumber && last - second - 1 >= 27 ? { start, end: last } : undefined;
    },
  },
  {
    code: "openai_key",
    called: "an API key of OpenAI",
    needles: ["T3BlbkFJ"],
    certain: true,
    read: (extract, start, end) => {
      const first = extract.runBefore(start, Chars.base64url, 90);
      const from = extract.text(first, start).lastIndexOf("sk-");
      const last = extract.run(end, Chars.base64url, 80);
      return from < 0 || last - end < 20 || start - first - from < 20 ? undefined : { start: first + from, end: last };
    },
  },
  {
    code: "azure_storage_key",
    called: "a key of an Azure storage account",
    needles: ["AccountKey="],
    certain: true,
    read: (extract, start, end) => {
      const last = extract.run(end, Chars.base64, 87);
      return last - end === 86 && extract.has(last, "==") && looksLikeBase64(extract.text(end, last))
        ? {
            start,
            end: last + 2,
            example: extract.has(end, "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw"),
          }
        : undefined;
    },
  },
  token({
    code: "azure_shared_access_key",
    called: "a shared access key of Azure",
    prefixes: ["SharedAccessKey="],
    set: Chars.base64,
    length: [43, 86],
  }),
  {
    code: "azure_sas_token",
    called: "a shared access signature of Azure",
    needles: ["?sig=", "&sig="],
    certain: true,
    read: (extract, start, end) => {
      // An HMAC-SHA-256 in base 64, escaped as in an address, and not far before or behind it the day on which it ends.
      const last = endOfEscaped(extract, end);
      const around = extract.text(start - 256, last + 256);
      const secret = extract
        .text(end, last)
        .replaceAll(/%3D|=/gi, "")
        .replaceAll(/%2[BF]/gi, "+");
      return secret.length === 43 && looksRandom(secret) && /[?&]se=2/.test(around) ? { start: end, end: last } : undefined;
    },
  },
  {
    code: "azure_client_secret",
    called: "a client secret of Azure",
    needles: ["7Q~", "8Q~"],
    certain: true,
    read: (extract, start, end) => {
      const set = Chars.base64url | 256 | 512;
      const first = extract.runBefore(start, set, 4);
      const last = extract.run(end, set, 38);
      if (start - first !== 3 || last - end < 31 || last - end > 34) return undefined;
      return hasMixedCase(extract.text(end, last)) && hasDigit(extract.text(end, last)) ? { start: first, end: last } : undefined;
    },
  },
  ...(
    [
      ["digitalocean_token", "a token of DigitalOcean", ["dop_v1_", "doo_v1_", "dor_v1_"], Chars.hex, 64],
      ["shopify_token", "a token of Shopify", ["shpat_", "shpca_", "shppa_", "shpss_"], Chars.hex, 32],
      ["databricks_token", "a token of Databricks", ["dapi"], Chars.hex, 32],
      ["docker_token", "a token of Docker Hub", ["dckr_pat_"], Chars.base64url, 27],
      ["linear_key", "an API key of Linear", ["lin_api_"], Chars.alphanumeric, 40],
      ["grafana_token", "a token of Grafana", ["glsa_"], Chars.word, 41],
      ["vault_token", "a token of HashiCorp Vault", ["hvs.", "hvb."], Chars.base64url, 90],
      ["atlassian_token", "a token of Atlassian", ["ATATT3xFfGF0"], Chars.value, [150, 250]],
      ["postman_key", "an API key of Postman", ["PMAK-"], Chars.base64url, 59],
      ["rubygems_token", "a token of RubyGems", ["rubygems_"], Chars.hex, 48],
      ["groq_key", "an API key of Groq", ["gsk_"], Chars.alphanumeric, 52],
      ["xai_key", "an API key of xAI", ["xai-"], Chars.alphanumeric, 80],
      ["perplexity_key", "an API key of Perplexity", ["pplx-"], Chars.alphanumeric, 48],
      ["replicate_token", "a token of Replicate", ["r8_"], Chars.alphanumeric, 37],
      ["planetscale_token", "a token of PlanetScale", ["pscale_tkn_", "pscale_pw_", "pscale_oauth_"], Chars.base64url, 43],
      ["supabase_token", "a token of Supabase", ["sbp_"], Chars.hex, 40],
      ["newrelic_key", "a key of New Relic", ["NRAK-"], Chars.upperAndDigits, 27],
      ["crates_io_token", "a token of crates.io", ["cio"], Chars.alphanumeric, 32],
    ] as const
  ).map(([code, called, prefixes, set, length]) =>
    // A prefix without a mark of its own can begin any word.
    code === "crates_io_token" || code === "databricks_token"
      ? token({ code, called, prefixes, set, length, apart: Chars.word, check: hasDigit, doubtful: true })
      : token({ code, called, prefixes, set, length, check: hasDigit }),
  ),
];

/** The end of base 64 as an address has it: `+`, `/` and `=` may be escaped. */
function endOfEscaped(extract: Extract, from: number): number {
  let at = from;
  for (;;) {
    const next = extract.run(at, Chars.base64 | Class.equals, MAX_ESCAPED_SIGNATURE - (at - from));
    if (extract.at(next) !== PERCENT || next - from >= MAX_ESCAPED_SIGNATURE) return next;
    at = next + 3;
  }
}

const PERCENT = 0x25;
/** 44 characters, each escaped. */
const MAX_ESCAPED_SIGNATURE = 132;

const looksLikeBase64 = (text: string): boolean => hasDigit(text) && hasMixedCase(text);
