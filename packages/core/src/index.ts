export { type ErrorCode, type ErrorDetails, type Fault, isSkillError, SkillError } from "./errors.ts";
