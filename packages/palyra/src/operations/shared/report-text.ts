export { textReport } from "palyra-skills/report";
