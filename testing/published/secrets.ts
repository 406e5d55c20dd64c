import type { PublishedCase, SkillParts } from "./case.ts";

/** Put together here, so that no scanner of this repository takes them for real ones. */
const join = (...parts: readonly string[]): string => parts.join("");

const secret = (id: string, by: string, url: string, skill: SkillParts, status: "fail" | "warn" = "fail"): PublishedCase => ({
  id,
  source: { by, url },
  flags: { check: "embedded_secrets", status },
  skill,
});

const PYC = "https://jfrog.com/blog/leaked-pypi-secret-token-revealed-in-binary-preventing-suppy-chain-attack/";
const GITGUARDIAN = "https://blog.gitguardian.com/uncovering-thousands-of-unique-secrets-in-pypi-packages/";
const WIZ = "https://www.wiz.io/blog/supply-chain-risk-in-vscode-extension-marketplaces";

/** Left in what was published, as found in packages and extensions. */
export const SECRETS: readonly PublishedCase[] = [
  secret("aws-key-in-package", "Tom Forbes", "https://tomforb.es/blog/aws-keys-on-pypi/", {
    assets: {
      "config.py": `AWS_ACCESS_KEY_ID = "${join("AKIA", "3SGQVQG7FGA6KKA6")}"\nAWS_SECRET_ACCESS_KEY = "${join("Kq3Vz7sYp0Lw9xR2", "tB5nM8cD1fG4hJ6kQ7vXzA2b")}"\n`,
    },
  }),
  secret("google-api-key", "GitGuardian", GITGUARDIAN, {
    assets: { "settings.json": `{"key":"${join("AIza", "SyD3x9K2mQ7vT1nB5cR8wL4zP0gH6jF2sYq")}"}` },
  }),
  secret("slack-bot-token", "GitGuardian", GITGUARDIAN, {
    assets: { "bot.env": `SLACK=${join("xoxb", "-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1")}\n` },
  }),
  secret("openai-key-in-extension", "Wiz", WIZ, {
    assets: {
      "extension.js": `const key = "${join("sk-", "proj-", "Zq8Rk2Vw7Yt4Lm9Xc3Bn6Hs1", "T3BlbkFJ", "Jd5Fg0Pq2Wr8Ty4Uv7Kx9Zb")}";\n`,
    },
  }),
  secret("private-key-in-package", "GitGuardian", GITGUARDIAN, {
    assets: {
      "deploy.key": `-----BEGIN ${"OPENSSH PRIVATE KEY"}-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\nQyNTUxOQAAACDk0Zt1m5vWkqR8yP3uH7sL2xJ9cV6bN4gT0aF8eQwKzQAAAJDy1Q3p8tUN\n-----END ${"OPENSSH PRIVATE KEY"}-----\n`,
    },
  }),
  secret("stripe-live-key", "GitGuardian", GITGUARDIAN, {
    assets: { "pay.txt": `${join("sk_", "live_", "4eC39HqLyjWDarjtT1zdp7dcX8kQ")}\n` },
  }),
  secret("slack-webhook", "Snyk, ToxicSkills", "https://snyk.io/blog/toxicskills-malicious-ai-agent-skills-clawhub/", {
    assets: {
      "notify.md": `Post to ${join("https://hooks.slack", ".com/services/", "T01AB2CD3/B04EF5GH6/", "x9Kq2Lm7Rt4Vw8Yz1Bn5Cs3D")} when done.\n`,
    },
  }),
  secret(
    "sas-token",
    "Wiz, 38 TB of Microsoft's",
    "https://www.wiz.io/blog/38-terabytes-of-private-data-accidentally-exposed-by-microsoft-ai-researchers",
    {
      assets: {
        "download.md": `https://robustnessws4285631339.blob.core.windows.net/public?sv=2021-10-04&se=2051-10-06&sr=c&sp=racwdxl&sig=${join("Xq7Vt2Lk9Rm4Wz8Yb1Nc5", "Hs3Jd6Fg0Pq7Kx2Uv4Ty9B%3D")}\n`,
      },
    },
  ),
  secret("gitlab-token", "GitLab, token prefixes", "https://docs.gitlab.com/security/tokens/", {
    assets: { "ci.yml": `token: ${join("glpat", "-Zx9Kq2Lm7Rt4Vw8Yz1Bn")}\n` },
  }),
  secret(
    "telegram-exfiltration-bot",
    "Checkmarx, Telegram bots in packages",
    "https://checkmarx.com/blog/how-we-were-able-to-infiltrate-attacker-telegram-bots/",
    {
      assets: {
        "t.py": `requests.get("https://api.telegram.org/bot${join("5812345678:", "AAHk3Lm9Qx7Vt2Rz8Yb1Nc5Hs4Jd6Fg0PqW")}/sendMessage")\n`,
      },
    },
  ),
  secret("token-in-compiled-module", "JFrog: a token in a .pyc", PYC, {
    data: `user-agent\0${join("xoxp", "-263594206564-263594206564-263594206564-9f2c1e8d7b6a5f4e3d2c1b0a9f8e7d6c")}\0accept`,
  }),
];
