/** The broker: what the host does for a call that runs in its process (spec 10.3, 10.4). */
export { type Broker, type BrokerOptions, openBroker } from "./broker.ts";
export { isPrivateHost } from "./http/address.ts";
export type { HttpGrant } from "./http/permission.ts";
export { BROKER_LIMITS, type BrokerLimits } from "./limits.ts";
export { brokerGrants, grantedRoots } from "./options.ts";
export { checkMappedRoot, type RootGrant } from "./roots.ts";
export type { SecretInsertion } from "./secrets.ts";
export { measureSkillData, removeSkillData, type SkillData } from "./skill-data.ts";
export type { CapabilityUse } from "./uses.ts";
