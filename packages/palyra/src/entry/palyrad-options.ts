/** The command line of `palyrad` (spec 8). */
import { type Option, settingsOf } from "../cli/options.ts";
import { readWords, usage } from "../cli/words.ts";
import type { DaemonOptions } from "../daemon/config.ts";
import type { SettingsOptions } from "../settings.ts";
import { VERSION } from "../version.ts";

const text = (name: string, placeholder: string, help: string): Option => ({ name, kind: "text", placeholder, help });
const flag = (name: string, help: string): Option => ({ name, kind: "flag", placeholder: "", help });

export const DAEMON_OPTIONS: readonly Option[] = [
  text("state-root", "DIR", "Where skills, trust and journal are kept"),
  text("skills-dir", "DIR", "The skills folder, instead of <state root>/skills"),
  text("trust-store", "FILE", "The trust store, instead of <state root>/skills/trust-store.json"),
  text("port", "N", "Where to listen (7142); 0 takes a free one"),
  text("bind", "ADDRESS", "At which address (127.0.0.1); beyond this machine only with TLS"),
  text("tls-cert", "FILE", "Certificate chain, PEM"),
  text("tls-key", "FILE", "Its key, PEM"),
  text("admin-token-file", "FILE", "A file that only you can read, with the token; instead of $PALYRA_ADMIN_TOKEN"),
  text("mcp-token-file", "FILE", "The same for clients of MCP at /mcp, without admin rights; instead of $PALYRA_MCP_TOKEN"),
  text("audit-policy", "FILE", "The audit policy, a JSON file; instead of $PALYRA_SKILL_AUDIT_POLICY"),
  text("vex", "FILE", "Statements on vulnerabilities, a file or a folder; instead of $PALYRA_SKILL_AUDIT_VEX"),
  text("authorization-policy", "FILE", "Your Cedar policies, a file or a folder; instead of $PALYRA_SKILL_AUTHORIZATION_POLICY"),
  text("reaudit-interval-ms", "N", "Milliseconds between two passes of the re-audit (6 h); 0: never"),
  flag("dev", "For trying things out on this machine alone: starts without a token"),
  flag("json", 'Say { "ready": true, "url": … } and errors as JSON'),
  flag("help", "Show this help"),
  flag("version", "Show the version"),
];

export interface DaemonWords {
  readonly settings: SettingsOptions;
  readonly daemon: DaemonOptions;
  readonly reauditIntervalMs: string | undefined;
  readonly shows: "help" | "version" | undefined;
}

/** `Usage`. */
export function readDaemonWords(argv: readonly string[]): DaemonWords {
  const { flags, texts, others } = readWords(argv, { options: DAEMON_OPTIONS, later: {} });
  const [tooMany] = others;
  if (tooMany !== undefined) throw usage("palyrad takes options only", "palyrad --help lists them");
  return {
    settings: settingsOf(texts),
    daemon: {
      port: texts.get("port"),
      bind: texts.get("bind"),
      tlsCert: texts.get("tls-cert"),
      tlsKey: texts.get("tls-key"),
      adminTokenFile: texts.get("admin-token-file"),
      mcpTokenFile: texts.get("mcp-token-file"),
      dev: flags.has("dev"),
    },
    reauditIntervalMs: texts.get("reaudit-interval-ms"),
    shows: flags.has("help") ? "help" : flags.has("version") ? "version" : undefined,
  };
}

export function daemonHelp(): string {
  const width = Math.max(...DAEMON_OPTIONS.map((option) => typed(option).length));
  const lines = DAEMON_OPTIONS.map((option) => `  ${typed(option).padEnd(width)}  ${option.help}`);
  return [
    `palyrad ${VERSION}: watches over the skills of one state root, and answers its admin API`,
    "",
    "Usage: palyrad [options]",
    "",
    "Options",
    ...lines,
    "",
    "Examples",
    "  PALYRA_ADMIN_TOKEN=$(openssl rand -hex 32) palyrad",
    "  palyrad --dev --port 0 --json",
    "",
    "SIGTERM and SIGINT let it finish what runs, and end it.",
    "",
  ].join("\n");
}

function typed({ name, placeholder }: Option): string {
  return `--${name}${placeholder === "" ? "" : ` ${placeholder}`}`;
}
