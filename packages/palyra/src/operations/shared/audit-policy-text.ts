/** The reader of audit policies, which knows all rules, by itself: most homes name no file. */
export { parsePolicy } from "palyra-skills/audit";
