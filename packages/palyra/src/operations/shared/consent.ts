import { type ArtifactDiff, isModelText } from "palyra-skills/diff";
import { toHex } from "palyra-skills/encoding";
import type { Capabilities, Manifest } from "palyra-skills/manifest";
import type { Question } from "../../call.ts";
import { ACCEPT_WIDENING, type InstallLook, isKnown } from "../../lifecycle/index.ts";
import { keyPicture } from "../wording/keys.ts";
import { safe } from "../wording/safe.ts";
import { type Branch, tree } from "../wording/tree.ts";
import { grouped, size } from "../wording/units.ts";
import { changeLines } from "./change-lines.ts";
import { changeInWords } from "./changes.ts";

/**
 * What a person is asked before a first install, before a publisher is trusted for the first time, before an update that asks for more
 * (spec 4.4), and before a model reads other words than it did (spec 9.2); undefined: nothing.
 */
export function installQuestion(look: InstallLook): Question | undefined {
  const { previous, trusted, difference, allowed } = look;
  const widens = difference.widening.length > 0 && !allowed.includes(ACCEPT_WIDENING);
  const rewords = difference.changes.some(({ path }) => isModelText(path));
  if (previous?.isInstalled === true && trusted.decision !== "tofu_newly_pinned" && !widens && !rewords) return undefined;
  const { skill_id, version } = trusted.artifact.manifest;
  const more = widens && previous !== undefined ? `, which asks for more than ${safe(previous.version)} did` : "";
  return { context: installContext(look), question: `Install ${safe(skill_id)} ${safe(version)}${more}?` };
}

/**
 * What an install comes to, for the person or the log: who signed it and all that it asks for; of an update only what changes in
 * that.
 */
export function installContext({ trusted, allowed, previous, difference }: InstallLook): string[] {
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
    // Of one that is gone, or cannot be read, all of it; and what of it is more.
    ...(previous?.manifest === undefined ? ["It asks for", ...capabilityTree(manifest)] : []),
    ...(previous === undefined || !isKnown(previous) ? [] : changesSince(safe(previous.version), difference)),
  ];
}

const ALLOWED: { readonly [step: string]: string } = {
  allow_downgrade: "an older version than there has been (--allow-downgrade)",
  allow_owner_change: "another publisher than the skill belonged to (--allow-owner-change)",
  accept_widening: "more than the version before asked for (--accept-widening)",
};

/** What widens before all else; the words of tools as a difference, for a rug pull to be seen (spec 9.2). */
function changesSince(before: string, { changes, widening }: ArtifactDiff): string[] {
  if (changes.length === 0) return [`It asks for what ${before} asked for`];
  const others = changes.filter((change) => !change.widening);
  return [
    ...(widening.length === 0
      ? []
      : [`It asks for more than ${before} did`, ...widening.map((change) => `  ! ${changeInWords(change)}`)]),
    ...(others.length === 0
      ? []
      : [`${widening.length === 0 ? "It asks for no more, and" : "Besides,"} this changes from ${before}`]),
    ...others.flatMap((change) => changeLines(change)),
  ];
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
        ({ id, risk }) => `${id}${risk.requires_approval || risk.default_sensitive ? " (marked as needing approval)" : ""}`,
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
