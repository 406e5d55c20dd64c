/** Whether a request may go where it wants to (spec 10.4, T37). Pure: no name is looked up here. */
import type { Denial } from "../refusals.ts";
import { addressOfHost, isPrivateHost } from "./address.ts";

/** What an operator grants a skill beyond https on port 443 of its declared hosts. */
export interface HttpGrant {
  /** `https://host:port` or `http://host`: an origin as URLs have it. */
  readonly origin: string;
  /** Also where its address is no global unicast one: this machine, a private network. */
  readonly anyAddress: boolean;
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly ca?: string;
}

export interface HttpPermission {
  readonly anyAddress: boolean;
  readonly ca?: string;
}

/** Undefined: not granted. @param hosts as the manifest declares them and the policy lets them pass */
export function permits(url: URL, hosts: readonly string[], grants: readonly HttpGrant[]): HttpPermission | undefined {
  const granted = grants.find(({ origin }) => URL.canParse(origin) && new URL(origin).origin === url.origin);
  if (granted !== undefined) return granted;
  if (url.protocol !== "https:" || url.port !== "" || addressOfHost(url.hostname) !== undefined) return undefined;
  return hosts.some((host) => matches(host, url.hostname)) ? { anyAddress: false } : undefined;
}

/** Of an address that `permits` refuses. */
export const refusalOf = (url: URL): Denial => denialOf(url, isPrivateHost(url.hostname) ? "private_address" : "not_granted");

/** Of a request's address no more than where it leads: the rest may be nobody's business. */
export function denialOf(url: URL, reason: Denial["reason"]): Denial {
  return { capability: "skill.capability.http.egress", name: url.origin === "null" ? url.protocol : url.origin, reason };
}

/** A name as it is declared, capitals and a dot at the end aside; `*.example.com` is every name below, `*` every name. */
function matches(declared: string, hostname: string): boolean {
  const [host, name] = [plain(declared), plain(hostname)];
  if (host === "*") return true;
  return host.startsWith("*.") && !host.slice(2).includes("*")
    ? name.endsWith(host.slice(1)) && name.length > host.length - 1
    : host === name;
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");
