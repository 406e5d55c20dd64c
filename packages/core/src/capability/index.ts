/** What a skill asks for and what its modules import, in the terms of spec 2.5 and 4.6. */
export { type CapabilityGrants, capabilityGrants, type PolicyBinding, policyBindings } from "./grants.ts";
