/** Which addresses a tool's request may go to: those of the public internet (spec 10.4, T37). */
import { BlockList, isIP } from "node:net";

/** IANA's registries of special addresses, 2026-11, and what clouds answer their own machines on. */
const NOT_GLOBAL_4: readonly (readonly [net: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** Global unicast is 2000::/3; of it not: protocols (Teredo, benchmarks, ORCHID), documentation, 6to4. */
const GLOBAL_6 = ["2000::", 3] as const;
const NOT_GLOBAL_6: readonly (readonly [net: string, prefix: number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const notGlobal = new BlockList();
for (const [net, prefix] of NOT_GLOBAL_4) notGlobal.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of NOT_GLOBAL_6) notGlobal.addSubnet(net, prefix, "ipv6");
const global6 = new BlockList();
global6.addSubnet(...GLOBAL_6, "ipv6");

/** False for whatever is no address, one with a zone, and one that has another inside (mapped, NAT64, 6to4, Teredo). */
export function isGlobalUnicast(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notGlobal.check(address, "ipv4");
  return family === 6 && !address.includes("%") && global6.check(address, "ipv6") && !notGlobal.check(address, "ipv6");
}

/** Whether the host of a URL is, without a look at any name server, of this machine or of no public network. */
export function isPrivateHost(hostname: string): boolean {
  const literal = addressOfHost(hostname);
  return literal === undefined ? /(^|\.)localhost\.?$/.test(hostname) : !isGlobalUnicast(literal);
}

/** The host of a URL as an address: what the URL parser has made of `2130706433`, `0x7f.1` or `[::ffff:7f00:1]`. Undefined: a name. */
export function addressOfHost(hostname: string): string | undefined {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}
