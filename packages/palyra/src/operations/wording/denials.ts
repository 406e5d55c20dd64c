/** What a run was refused, for a person: which place or secret, why, and what an operator can do. Details are of the broker (execution/broker/refusals.ts). */
import type { JsonObject } from "palyra-skills/encoding";
import { shellWord } from "./at-place.ts";
import { quoted, safe } from "./safe.ts";

export interface ToldDenial {
  readonly says: string;
  readonly hint: string;
}

const HTTP = "skill.capability.http.egress";
const SECRET = "skill.capability.vault.read";
const OPERATIONS: { readonly [capability: string]: string } = {
  [HTTP]: "reach",
  [SECRET]: "read the secret",
  "skill.capability.filesystem.read": "read",
  "skill.capability.filesystem.write": "write",
};

/** @param skillId absent: of a trial */
export function tellDenial(details: JsonObject, skillId: string | undefined): ToldDenial {
  const denied = readDenial(details);
  const { capability, operation, name, header, origin, redirected } = denied;
  const verb = isSocket(denied) ? "use a socket" : header === undefined ? OPERATIONS[capability] : "send the secret";
  const asked = verb === undefined ? safe(operation ?? "something") : verb;
  const named = name === undefined ? "" : ` ${quoted(name)}`;
  const where = header === undefined ? "" : ` in the header ${safe(header)} to ${quoted(origin ?? "")}`;
  const led = redirected ? ", where the answer of a server led it" : "";
  return {
    says: `it asked for what it may not have: to ${asked}${named}${where}${led} (${safe(capability)})`,
    hint: skillId === undefined ? TRIAL_HINT : hintOf(denied, skillId),
  };
}

const TRIAL_HINT = "a trial has no network, no secrets and no folders: what uses them is tried by an installed skill";

interface ReadDenial {
  readonly capability: string;
  readonly operation: string | undefined;
  readonly name: string | undefined;
  readonly reason: string | undefined;
  readonly header: string | undefined;
  readonly origin: string | undefined;
  readonly redirected: boolean;
}

/** One of WASI's functions for sockets, which nobody grants (spec 4.6). */
const isSocket = ({ operation }: ReadDenial): boolean => operation?.startsWith("sock_") === true;

function readDenial(details: JsonObject): ReadDenial {
  const text = (key: string): string | undefined => {
    const value = details[key];
    return typeof value === "string" ? value : undefined;
  };
  const redirected = details["redirected"] === true;
  const [capability, operation, name] = [text("capability") ?? "", text("operation"), text("name")];
  return { capability, operation, name, reason: text("reason"), header: text("header"), origin: text("origin"), redirected };
}

function hintOf(denied: ReadDenial, skillId: string): string {
  const grant = `palyra skills grant add ${safe(skillId)}`;
  if (isSocket(denied)) return "no tool has sockets: one that is to reach a host does it with HTTP of palyra:skills/host@1";
  if (denied.capability === HTTP) return reachHint(denied, grant);
  if (denied.capability === SECRET) return secretHint(denied, grant, `palyra skills grant list ${safe(skillId)}`);
  return "only the roots that its manifest declares are there, those of write_roots alone to be written";
}

function reachHint({ name = "", reason, redirected }: ReadDenial, grant: string): string {
  if (reason === "unusable_address")
    return "another scheme than http and https, or a user name in the address, is granted to no skill";
  const isPrivate = reason === "private_address";
  const why = isPrivate
    ? "its address is of this machine or of no public network, which --private-origin alone opens"
    : "its manifest allows https to public addresses of the hosts that it names; more is yours to grant";
  // Whoever answers says where to: an operator is not to open his own network at a stranger's word (T37).
  const careful = redirected ? "; where you know why a server leads there" : "";
  return `${why}${careful}: ${grant} ${isPrivate ? "--private-origin" : "--origin"} ${pasted(name, ORIGIN, "https://HOST")}`;
}

function secretHint({ name = "", reason, header = "", origin = "" }: ReadDenial, grant: string, list: string): string {
  const key = pasted(name.startsWith("global/") ? name.slice("global/".length) : "", KEY, "KEY");
  switch (reason) {
    case "inserted":
      return `the host puts it into a header of a request that names it among its secrets, and what is inserted no tool reads; ${list} shows where`;
    case "unbound":
      return `the operator has bound it to no such header of that place: ${grant} --insert ${insertion(name, origin, header)}`;
    case "not_granted":
      return `its manifest declares it, and one of scope global has to be granted besides: ${grant} --global-key ${key}`;
    case "foreign":
      return "it is another skill's, another caller's or the host's own, and granted to no other";
    case "undeclared":
      return "its manifest does not declare it, so that nobody can grant it: tell its publisher";
    default:
      return `a secret has to be declared in its manifest, and one of scope global to be granted: ${grant} --global-key ${key}`;
  }
}

function insertion(secret: string, origin: string, header: string): string {
  const isPlain = SECRET_NAME.test(secret) && ORIGIN.test(origin) && HEADER.test(header);
  return isPlain ? shellWord(`${secret}@${origin.replace(/^https:\/\//, "")}/${header}`) : "SCOPE/KEY@HOST/HEADER";
}

const ORIGIN = /^https?:\/\/[a-z0-9.:[\]-]{1,200}$/;
const KEY = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** Of a secret: `SCOPE/KEY`. */
export const SECRET_NAME = /^[A-Za-z0-9_][A-Za-z0-9:._-]{0,127}\/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HEADER = /^[a-z0-9-]{1,64}$/;

/** A name that the tool chose stands in a command only where no shell can take it for anything else (T44). */
export const pasted = (text: string, form: RegExp, instead: string): string => (form.test(text) ? shellWord(text) : instead);
