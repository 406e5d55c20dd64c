import { toHex } from "palyra-skills/encoding";
import type { Capabilities, Manifest } from "palyra-skills/manifest";
import type { Question } from "../../call.ts";
import type { InstallLook } from "../../lifecycle/index.ts";
import { keyPicture } from "../wording/keys.ts";
import { safe } from "../wording/safe.ts";
import { type Branch, tree } from "../wording/tree.ts";
import { grouped, size } from "../wording/units.ts";

/** What a person is asked before a first install, or before a publisher is trusted for the first time; undefined: nothing. */
export function installQuestion(look: InstallLook, before: Manifest | undefined): Question | undefined {
  const { previousVersion, trusted } = look;
  if (previousVersion !== undefined && trusted.decision !== "tofu_newly_pinned") return undefined;
  const { skill_id, version } = trusted.artifact.manifest;
  return { context: installContext(look, before), question: `Install ${safe(skill_id)} ${safe(version)}?` };
}

/**
 * What an install comes to, for the person or the log: who signed it and all that it asks for; of an update only what changes in
 * that. `before` is the manifest of the version that is current, where that can be read.
 */
export function installContext({ trusted, allowed }: InstallLook, before: Manifest | undefined): string[] {
  const { manifest, publicKey, keyId } = trusted.artifact;
  return [
    `${safe(manifest.name)}  ${safe(manifest.skill_id)} ${safe(manifest.version)}`,
    "",
    `published by  ${safe(manifest.publisher)}${TRUST[trusted.decision]}`,
    `key           ${safe(keyId)}`,
    `fingerprint   ${fingerprint(publicKey)}`,
    // At first contact, for eyes that will see it again: beside what the publisher shows.
    ...(trusted.decision === "tofu_newly_pinned" ? keyPicture(toHex(publicKey)).map((line) => `              ${line}`) : []),
    ...allowed.filter((step) => step !== "allow_untrusted").map((step) => `allowed       ${ALLOWED[step] ?? safe(step)}`),
    "",
    ...(before === undefined ? ["It asks for", ...capabilityTree(manifest)] : changesSince(before, manifest)),
  ];
}

const ALLOWED: { readonly [step: string]: string } = {
  allow_downgrade: "an older version than there has been (--allow-downgrade)",
  allow_owner_change: "another publisher than the skill belonged to (--allow-owner-change)",
};

function changesSince(before: Manifest, now: Manifest): string[] {
  const [old, next] = [askedFor(before), askedFor(now)];
  const changes = [
    ...next.filter((each) => !old.includes(each)).map((each) => `+ ${each}`),
    ...old.filter((each) => !next.includes(each)).map((each) => `- ${each}`),
  ];
  const since = `${safe(before.version)} asked for`;
  return changes.length === 0
    ? [`It asks for what ${since}`]
    : [`What it asks for changes from what ${since}`, ...changes.map((line) => `  ${line}`)];
}

/** Each thing that is asked for as a line of its own: `network: api.example`. */
function askedFor(manifest: Manifest): string[] {
  return branches(manifest).flatMap(({ text, children = [] }) =>
    children.length === 0 ? [text] : children.map((child) => `${text}: ${child.text}`),
  );
}

const TRUST = {
  allowlisted: ", whose key you have listed",
  tofu_pinned: ", whose key was seen before",
  tofu_newly_pinned: ", seen for the first time: its key will be remembered",
} as const;

/** The public key in groups of eight digits: for comparing with what the publisher says, aloud if need be. */
function fingerprint(publicKey: Uint8Array): string {
  return (toHex(publicKey).match(/.{8}/g) ?? []).join(" ");
}

/** What a manifest asks for, as a tree; every string of it is safe for a terminal (T20). */
export function capabilityTree(manifest: Manifest): string[] {
  return tree(branches(manifest));
}

function branches({ capabilities, entrypoints }: Manifest): Branch[] {
  const { filesystem, http_egress_allowlist, secrets, device_capabilities, node_capabilities, quotas } = capabilities;
  return [
    ...branch("network", http_egress_allowlist),
    ...branch("files to read", filesystem.read_roots),
    ...branch("files to write", filesystem.write_roots),
    ...branch(
      "secrets",
      secrets.flatMap(({ scope, key_names }) => key_names.map((key) => `${scope}/${key}`)),
    ),
    ...branch("devices", device_capabilities),
    ...branch("node", node_capabilities),
    ...branch("wildcards for", wildcards(capabilities)),
    ...branch(
      "tools",
      entrypoints.tools.map(
        ({ id, risk }) => `${id}${risk.requires_approval || risk.default_sensitive ? " (asks before each run)" : ""}`,
      ),
    ),
    {
      text: `at most ${grouped(quotas.wall_clock_timeout_ms)} ms, ${grouped(quotas.fuel_budget)} units of fuel, ${size(quotas.max_memory_bytes)} of memory a run`,
    },
  ];
}

function branch(text: string, children: readonly string[]): Branch[] {
  return children.length === 0 ? [] : [{ text, children: children.map((child) => ({ text: safe(child) })) }];
}

function wildcards({ wildcard_opt_in: opted }: Capabilities): string[] {
  return Object.entries(opted).flatMap(([kind, on]) => (on ? [kind] : []));
}
