/** Which secrets a skill gets, and which the host puts into a header for it (spec 10.4, T22, T38). */
import { decodeUtf8 } from "palyra-skills/encoding";
import { parseSigningKey } from "palyra-skills/signature";
import { isHeaderValue } from "./http/head.ts";
import type { Denial, Refusals } from "./refusals.ts";

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
  readonly refusals: Refusals;
}

/** Names that the host keeps its own secrets under (T22). */
const HOSTS_OWN = ["skills.", "palyra."] as const;

export class Secrets {
  readonly #options: SecretOptions;

  constructor(options: SecretOptions) {
    this.#options = options;
  }

  /** Why a module may not read it; undefined: it may. One that is bound to a header is never read: the host alone holds it (T38). */
  unreadable(reference: string): Denial["reason"] | undefined {
    const { insertions, global } = this.#options;
    const bound = insertions.some(({ secret }) => secret === reference);
    return bound ? "inserted" : this.#closed(reference, global);
  }

  /** Why the host does not put it where it was asked to, though nothing is bound there. */
  unbound(reference: string): Denial["reason"] {
    return this.#closed(reference, [reference]) ?? "unbound";
  }

  /** The binding by which the host puts it into that header for that origin. For `global` the binding is the operator's grant. */
  insertion(reference: string, origin: string, header: string): SecretInsertion | undefined {
    const { insertions } = this.#options;
    const found = insertions.find((each) => each.secret === reference && each.origin === origin && each.header === header);
    return this.#closed(reference, [reference]) === undefined ? found : undefined;
  }

  /** Undefined: there is none, or it is a signing key outside the skill's own scope (T22). */
  async value(reference: string): Promise<Uint8Array | undefined> {
    const { read, refusals, skillId } = this.#options;
    const value = await read(reference);
    const isOwn = reference.startsWith(`skill:${skillId}/`);
    if (value !== undefined && (isOwn || !isWrittenSigningKey(value))) return value;
    refusals.lacks(reference, value === undefined ? "missing" : "unusable");
    return undefined;
  }

  /** The whole value of a header; undefined where what is kept is no text that could be one. */
  async header({ secret, prefix = "" }: SecretInsertion): Promise<string | undefined> {
    const value = await this.value(secret);
    if (value === undefined) return undefined;
    const text = decodeUtf8(value)?.replace(/\r?\n$/, "");
    if (text !== undefined && text !== "" && isHeaderValue(prefix + text)) return prefix + text;
    this.#options.refusals.lacks(secret, "unusable");
    return undefined;
  }

  /** T22: its own scope, its caller's, or `global` where an operator said so; never what the host keeps there for itself. */
  #closed(reference: string, global: readonly string[]): Denial["reason"] | undefined {
    const { granted, skillId, principal, channel } = this.#options;
    const slash = reference.indexOf("/");
    const [scope, key] = [reference.slice(0, slash), reference.slice(slash + 1)];
    if (!granted.includes(reference)) return "undeclared";
    if (slash === -1 || HOSTS_OWN.some((prefix) => key.startsWith(prefix))) return "foreign";
    if (scope === "global") return global.includes(reference) ? undefined : "not_granted";
    const isOwn =
      scope === `skill:${skillId}` || scope === `principal:${principal}` || (channel !== null && scope === `channel:${channel}`);
    return isOwn ? undefined : "foreign";
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
