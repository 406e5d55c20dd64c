/** What a call may do through its broker: the manifest's part, and the operator's (spec 2.5, 10.4). Pure. */
import { isIPv6 } from "node:net";
import { capabilityGrants } from "palyra-skills/capability";
import { compareUtf8 } from "palyra-skills/encoding";
import type { Manifest } from "palyra-skills/manifest";
import type { SkillGrants } from "../../policy/index.ts";
import type { BrokerOptions } from "./broker.ts";
import type { HttpGrant } from "./http/permission.ts";
import type { RootGrant } from "./roots.ts";
import type { SecretInsertion } from "./secrets.ts";

/** The roots of a skill in the order in which its calls know them: by name, writable where that is declared. */
export function grantedRoots({ capabilities }: Manifest, { roots }: SkillGrants): readonly RootGrant[] {
  const { read_roots, write_roots } = capabilities.filesystem;
  return [...new Set([...read_roots, ...write_roots])].sort(compareUtf8).map((name) => {
    const mapped = roots.find(({ root }) => root === name);
    return { name, write: write_roots.includes(name), ...(mapped === undefined ? {} : { mappedTo: mapped.folder }) };
  });
}

/** What `openBroker` takes of the manifest and the grants. */
export function brokerGrants(
  manifest: Manifest,
  granted: SkillGrants,
): Pick<BrokerOptions, "roots" | "http"> & { readonly secrets: Omit<BrokerOptions["secrets"], "read"> } {
  const { http_hosts, secret_keys } = capabilityGrants(manifest);
  return {
    roots: grantedRoots(manifest, granted),
    http: { hosts: http_hosts, grants: granted.hosts.map(httpGrant) },
    secrets: {
      granted: secret_keys,
      global: granted.global_keys.map((key) => `global/${key}`),
      insertions: granted.inserts.map(({ secret, host, header, prefix }): SecretInsertion => {
        return { secret, origin: originOf(host), header: header.toLowerCase(), ...(prefix === "" ? {} : { prefix }) };
      }),
    },
  };
}

/** Of a host that an operator typed: https on port 443 where nothing else is said. */
function originOf(host: string): string {
  const address = host.includes("://") ? host : `https://${host}`;
  // One that is none is nobody's: no request has it.
  return URL.canParse(address) ? new URL(address).origin : address;
}

function httpGrant({ host, port, plain_http, private_addresses }: SkillGrants["hosts"][number]): HttpGrant {
  const name = isIPv6(host) ? `[${host}]` : host;
  return { origin: `${plain_http ? "http" : "https"}://${name}:${port}`, anyAddress: private_addresses };
}
