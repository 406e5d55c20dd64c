/** Whether a launch may be (spec 10.5): policies, what operators grant, and what a person said yes to. */
export {
  APPROVAL_SCOPES,
  type Approval,
  type ApprovalScope,
  type ApprovalSubject,
  approvalId,
  fittingApproval,
  isOver,
  makeApproval,
  parseApprovals,
  withApproval,
  writeApprovals,
} from "./approvals.ts";
export { DEFAULT_POLICIES, SCHEMA } from "./default-policy.ts";
export {
  effectiveQuotas,
  type FixedSurroundings,
  type GrantsOfSkills,
  grantTexts,
  type HostGrant,
  type InsertGrant,
  isEmptyGrant,
  mayRead,
  NO_GRANTS,
  parseGrants,
  type QuotaLimits,
  type RootGrant,
  type SkillGrants,
  writeGrants,
} from "./grants.ts";
export { type AskedRequest, decideLaunch, isAllowed, type LaunchDecision } from "./launch.ts";
export { keptPolicies, type Policies, readPolicies } from "./policies.ts";
export { bindingsOf, type LaunchFacts, type LaunchRequest, requestsOf } from "./request.ts";
export { readSealed, type SealedPlace, writeSealed } from "./sealed.ts";
