import { eachHit } from "../match.ts";

/** Pieces of a text that are one word to the patterns, whatever is in them. The word is that of the class. */
export interface Special {
  readonly word: SpecialWord;
  readonly start: number;
  readonly end: number;
}

export type SpecialWord =
  /** Holds secrets and nothing else: private keys, password databases, the configuration of a model's own servers. */
  | "<keyfile>"
  /** Holds secrets among other things. */
  | "<envfile>"
  /** Tells an agent how to behave. */
  | "<agentfile>"
  | "<url>"
  /** A link to a bare address, to a collector of requests or to a tunnel. */
  | "<badurl>"
  | "<email>"
  /** Hands what was fetched to what runs it: the `|` of `… | sh`. */
  | "<pipe>"
  /** All that there is: `/`, `~` behind `rm -rf`. */
  | "<wiped>"
  /** A value that is filled in: `${…}`, `{{…}}`. */
  | "<env>";

const TAIL = String.raw`(?:[\\/][\w.*@-]{0,60}){0,6}`;

const KEY_FILES = [
  String.raw`\.ssh\b${TAIL}`,
  String.raw`(?<![A-Za-z0-9])(?:ssh[_ ])?id[_ ](?:rsa|dsa|ecdsa|ed25519)(?:\.pub)?(?![A-Za-z0-9])`,
  String.raw`\.cursor[\\/]mcp\.json`,
  String.raw`\b\.?mcp(?:_config|-config|_servers|-auth)?\.json\b`,
  String.raw`\bclaude_desktop_config\.json`,
  String.raw`\.codeium[\\/]windsurf${TAIL}`,
  String.raw`\.mcp-auth\b${TAIL}`,
  String.raw`/etc/(?:shadow|passwd|sudoers)\b`,
  String.raw`\.gnupg\b${TAIL}`,
  String.raw`\bwallet\.dat\b`,
  String.raw`\.(?:bash|zsh)_history\b`,
  String.raw`\bLogin Data\b`,
  String.raw`\bCookies\.binarycookies`,
  String.raw`\bauth-profiles\.json`,
  String.raw`\.password-store\b${TAIL}`,
];
const ENV_FILES = [
  String.raw`(?<![\w)\]])\.env(?:\.(?:local|production|prod|development|dev|staging|test))?(?![\w-]|\.\w)`,
  String.raw`\.aws[\\/](?:credentials|config)`,
  String.raw`\.azure[\\/]${TAIL}`,
  String.raw`\.config[\\/]gcloud${TAIL}`,
  String.raw`\bapplication_default_credentials(?:\.json)?`,
  String.raw`\.kube[\\/]config`,
  String.raw`\.docker[\\/]config\.json`,
  String.raw`\.(?:netrc|npmrc|pypirc|git-credentials|bashrc|zshrc|bash_profile)\b`,
  String.raw`\b(?:credentials\.json|secrets\.(?:json|ya?ml|toml))\b`,
];
const AGENT_FILES = [
  String.raw`\b(?:CLAUDE|AGENTS|MEMORY|SOUL|GEMINI|IDENTITY|HEARTBEAT)\.md\b`,
  String.raw`\.cursorrules\b`,
  String.raw`\.cursor[\\/]rules\b${TAIL}`,
  String.raw`\.claude[\\/]settings(?:\.local)?\.json`,
  String.raw`\bcopilot-instructions\.md`,
];
const FILES = new RegExp(
  `(?<key>${KEY_FILES.join("|")})|(?<env>${ENV_FILES.join("|")})|(?<agent>${AGENT_FILES.join("|")})`,
  "gi",
);
/** What leads to a file: its folders, a home. */
const LEADING = /[\w~$%{}<>/\\.-]{1,60}$/;

const LINKS = /(?:https?:)?\/\/(?=[\w[{<$])[^\s"'<>)\]`|]{1,500}/gi;
const BAD_HOST =
  /^(?:https?:)?\/\/(?:\d{1,3}(?:\.\d{1,3}){3}\b|[\w.-]{0,80}(?:ngrok|webhook\.site|requestbin|pipedream|burpcollaborator|oastify|interact\.sh|trycloudflare|serveo|localhost\.run|transfer\.sh|pastebin\.com|paste\.|attacker|evil\b|evil[.-]|malicious|exfil|hacker|c2[.-]))/i;
const LOCAL_HOST = /^(?:https?:)?\/\/(?:127\.|0\.0\.0\.0|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/;
const ADDRESS = /[A-Za-z0-9][\w.+-]{0,63}$/;
const DOMAIN = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,5}/;
const FILLED = /\$\{[^{}\n]{1,80}\}|\{\{[^{}\n]{1,80}\}\}|\bprocess\.env\b(?:\.\w{1,60})?|\bos\.environ\b/g;

/** In the order of the text; none overlaps another. */
export function specialsIn(text: string): readonly Special[] {
  // All of them have one of these.
  if (!/[./@{_|~]|id |Data/i.test(text)) return [];
  const found: Special[] = [];
  for (const find of [links, addresses, files, filled, pipes, wiped]) find(text, found);
  if (found.length < 2) return found;
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  let end = 0;
  return found.filter((each) => {
    if (each.start < end) return false;
    end = each.end;
    return true;
  });
}

function links(text: string, found: Special[]): void {
  eachHit(LINKS, text, ({ index, 0: link }) => {
    const end = index + link.replace(/[.,;:!?]{1,3}$/, "").length;
    found.push({ word: BAD_HOST.test(link) && !LOCAL_HOST.test(link) ? "<badurl>" : "<url>", start: index, end });
  });
}

function addresses(text: string, found: Special[]): void {
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    const name = ADDRESS.exec(text.slice(Math.max(0, at - 64), at));
    const domain = name === null ? null : DOMAIN.exec(text.slice(at + 1, at + 256));
    if (name !== null && domain !== null)
      found.push({ word: "<email>", start: at - name[0].length, end: at + 1 + domain[0].length });
  }
}

function files(text: string, found: Special[]): void {
  eachHit(FILES, text, ({ index, 0: file, groups = {} }) => {
    const before = LEADING.exec(text.slice(Math.max(0, index - 60), index))?.[0].length ?? 0;
    const word = groups["key"] !== undefined ? "<keyfile>" : groups["env"] !== undefined ? "<envfile>" : "<agentfile>";
    found.push({ word, start: index - before, end: index + file.length });
  });
}

const PIPES = /\|(?=\s{0,3}(?:sudo\s{1,3})?(?:(?:ba|z|da|k)?sh|python3?|perl|node|ruby|iex)(?![\w.-]))/gi;
const WIPED = /(?<=\brm\s{1,3}-(?:rf|fr|r\s-f)\s{1,3})(?:~|\/|\$HOME|\*)\/?\*?(?![\w.~-])/g;

const pipes = (text: string, found: Special[]): void =>
  eachHit(PIPES, text, ({ index, 0: pipe }) => found.push({ word: "<pipe>", start: index, end: index + pipe.length }));

const wiped = (text: string, found: Special[]): void =>
  eachHit(WIPED, text, ({ index, 0: path }) => found.push({ word: "<wiped>", start: index, end: index + path.length }));

const filled = (text: string, found: Special[]): void =>
  eachHit(FILLED, text, ({ index, 0: value }) => found.push({ word: "<env>", start: index, end: index + value.length }));
