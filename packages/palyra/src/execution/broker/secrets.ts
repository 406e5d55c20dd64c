/** Which secrets a skill gets, and which the host puts into a header for it (spec 10.4, T22, T38). */
import { decodeUtf8 } from "palyra-skills/encoding";
import { parseSigningKey } from "palyra-skills/signature";
import { isHeaderValue } from "./http/head.ts";

/** What an operator has bound: this secret, to this origin, in this header. */
export interface SecretInsertion {
  /** `<scope>/<key>` */
  readonly secret: string;
  /** As URLs have it: scheme, host and port, so that nothing bound to https goes out in the clear. */
  readonly origin: string;
  /** In lower case. */
  readonly header: string;
  /** Before the value: `Bearer `. */
  readonly prefix?: string;
}

export interface SecretOptions {
  readonly skillId: string;
  readonly principal: string;
  readonly channel: string | null;
  /** References that the manifest declares and the policy lets pass. */
  readonly granted: readonly string[];
  /** References of the scope `global` that the operator has granted this very skill. */
  readonly global: readonly string[];
  readonly insertions: readonly SecretInsertion[];
  /** The value of a secret in the vault; undefined: there is none. */
  readonly read: (reference: string) => Promise<Uint8Array | undefined>;
}

/** Names that the host keeps its own secrets under (T22). */
const HOSTS_OWN = ["skills.", "palyra."] as const;

export class Secrets {
  readonly #options: SecretOptions;

  constructor(options: SecretOptions) {
    this.#options = options;
  }

  /** Whether a module may read it. One that is bound to a header is never read: the host alone holds it (T38). */
  mayRead(reference: string): boolean {
    const { insertions, global } = this.#options;
    const bound = insertions.some(({ secret }) => secret === reference);
    return !bound && this.#isOpen(reference, global);
  }

  /** The binding by which the host puts it into that header for that origin. For `global` the binding is the operator's grant. */
  insertion(reference: string, origin: string, header: string): SecretInsertion | undefined {
    const { insertions } = this.#options;
    const found = insertions.find((each) => each.secret === reference && each.origin === origin && each.header === header);
    return found !== undefined && this.#isOpen(reference, [reference]) ? found : undefined;
  }

  /** Undefined: there is none, or it is a signing key outside the skill's own scope (T22). */
  async value(reference: string): Promise<Uint8Array | undefined> {
    const value = await this.#options.read(reference);
    const own = reference.startsWith(`skill:${this.#options.skillId}/`);
    return value === undefined || own || !isWrittenSigningKey(value) ? value : undefined;
  }

  /** The whole value of a header; undefined where what is kept is no text that could be one. */
  async header({ secret, prefix = "" }: SecretInsertion): Promise<string | undefined> {
    const value = await this.value(secret);
    const text = value === undefined ? undefined : decodeUtf8(value)?.replace(/\r?\n$/, "");
    return text !== undefined && text !== "" && isHeaderValue(prefix + text) ? prefix + text : undefined;
  }

  /** T22: its own scope, its caller's, or `global` where an operator said so; never what the host keeps there for itself. */
  #isOpen(reference: string, global: readonly string[]): boolean {
    const { granted, skillId, principal, channel } = this.#options;
    const slash = reference.indexOf("/");
    const [scope, key] = [reference.slice(0, slash), reference.slice(slash + 1)];
    if (slash === -1 || !granted.includes(reference) || HOSTS_OWN.some((prefix) => key.startsWith(prefix))) return false;
    if (scope === "global") return global.includes(reference);
    return (
      scope === `skill:${skillId}` || scope === `principal:${principal}` || (channel !== null && scope === `channel:${channel}`)
    );
  }
}

/** In one of the forms that keys are written in: hex, base64, PEM. Thirty-two raw bytes are not told from a password. */
function isWrittenSigningKey(value: Uint8Array): boolean {
  const text = decodeUtf8(value)?.trim() ?? "";
  if (text.length < 43) return false;
  try {
    parseSigningKey(new TextEncoder().encode(text));
    return true;
  } catch {
    return false;
  }
}
