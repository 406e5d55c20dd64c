import { compareUtf8 } from "../encoding/index.ts";
import type { Manifest } from "../manifest/index.ts";

/** Classes of spec 11.8, in the order in which grants are sorted. */
export const GRANT_CLASSES = ["network", "secret", "storage_read", "storage_write", "channel", "device"] as const;
export type GrantClass = (typeof GRANT_CLASSES)[number];

/** One thing that is asked for or granted (spec 11.8); fields in the order in which they are printed. */
export interface Grant {
  readonly class: GrantClass;
  readonly value: string;
  /** Of a secret: who it belongs to. Absent where none was said. */
  readonly scope?: string;
  readonly policy_action: string;
}

/** What is asked for against what is granted (spec 11.8); all lists sorted and unique. */
export interface GrantDiff {
  /** Nothing is missing and nothing is in excess. */
  readonly valid: boolean;
  readonly requested: readonly Grant[];
  readonly granted: readonly Grant[];
  readonly missing: readonly Grant[];
  readonly excess: readonly Grant[];
  /** Of what is requested. */
  readonly policy_actions: readonly string[];
}

const POLICY_ACTIONS: { readonly [Class in GrantClass]: string } = {
  network: "extension.capability.network.egress",
  secret: "extension.capability.secrets.read",
  storage_read: "extension.capability.storage.read",
  storage_write: "extension.capability.storage.write",
  channel: "extension.capability.channel.use",
  device: "extension.capability.device.use",
};

/** What a person may call each class. */
const CLASS_NAMES: ReadonlyMap<string, GrantClass> = new Map([
  ["network", "network"],
  ["http", "network"],
  ["http_egress", "network"],
  ["secret", "secret"],
  ["secrets", "secret"],
  ["storage_read", "storage_read"],
  ["storage-read", "storage_read"],
  ["read", "storage_read"],
  ["storage", "storage_write"],
  ["storage_write", "storage_write"],
  ["storage-write", "storage_write"],
  ["write", "storage_write"],
  ["channel", "channel"],
  ["channels", "channel"],
  ["device", "device"],
  ["devices", "device"],
]);

/** What a manifest asks for. */
export function requestedGrants({ capabilities }: Manifest): Grant[] {
  const { filesystem, http_egress_allowlist, secrets, device_capabilities, node_capabilities } = capabilities;
  return sortedUnique([
    ...http_egress_allowlist.map((host) => grant("network", host)),
    ...secrets.flatMap(({ scope, key_names }) => key_names.map((key) => grant("secret", key, scope))),
    ...filesystem.read_roots.map((root) => grant("storage_read", root)),
    ...filesystem.write_roots.map((root) => grant("storage_write", root)),
    ...node_capabilities.map((capability) => grant("channel", capability)),
    ...device_capabilities.map((capability) => grant("device", capability)),
  ]);
}

/**
 * `class=value` or `class:value`; what stands first of the two divides. The value of a secret may be `scope/key`.
 * Undefined for an unknown class, an empty value, key or scope.
 */
export function parseGrant(text: string): Grant | undefined {
  const at = text.search(/[=:]/);
  if (at === -1) return undefined;
  const kind = CLASS_NAMES.get(text.slice(0, at));
  const value = text.slice(at + 1);
  if (kind === undefined || value.trim() === "") return undefined;
  const slash = kind === "secret" ? value.indexOf("/") : -1;
  if (slash === -1) return grant(kind, value);
  const [scope, key] = [value.slice(0, slash), value.slice(slash + 1)];
  return scope.trim() === "" || key.trim() === "" ? undefined : grant(kind, key, scope);
}

/** A grant must equal a request exactly. @param granted undefined: as requested */
export function diffGrants(requested: readonly Grant[], granted: readonly Grant[] = requested): GrantDiff {
  const [asked, given] = [sortedUnique(requested), sortedUnique(granted)];
  const [askedKeys, givenKeys] = [new Set(asked.map(keyOf)), new Set(given.map(keyOf))];
  const missing = asked.filter((each) => !givenKeys.has(keyOf(each)));
  const excess = given.filter((each) => !askedKeys.has(keyOf(each)));
  return {
    valid: missing.length === 0 && excess.length === 0,
    requested: asked,
    granted: given,
    missing,
    excess,
    policy_actions: [...new Set(asked.map(({ policy_action }) => policy_action))].sort(compareUtf8),
  };
}

function grant(kind: GrantClass, value: string, scope?: string): Grant {
  return { class: kind, value, ...(scope === undefined ? {} : { scope }), policy_action: POLICY_ACTIONS[kind] };
}

function keyOf({ class: kind, value, scope }: Grant): string {
  return JSON.stringify([kind, value, scope]);
}

function sortedUnique(grants: readonly Grant[]): Grant[] {
  const unique = [...new Map(grants.map((each) => [keyOf(each), each])).values()];
  return unique.sort(
    (a, b) =>
      GRANT_CLASSES.indexOf(a.class) - GRANT_CLASSES.indexOf(b.class) ||
      compareUtf8(a.value, b.value) ||
      compareUtf8(a.scope ?? "", b.scope ?? ""),
  );
}
