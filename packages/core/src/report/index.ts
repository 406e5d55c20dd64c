/** What an audit found, in the forms that people and tools read: each a pure function of a `Report` (spec 4.7). */
export { type Excerpt, excerptsOf } from "./excerpt.ts";
export { htmlReport } from "./html.ts";
export { jsonReport } from "./json.ts";
export { junitReport } from "./junit.ts";
export { uriOf } from "./location.ts";
export { type Audited, type AuditedReport, type Making, makeReport } from "./make.ts";
export { MAX_MARKDOWN, markdownReport } from "./markdown.ts";
export {
  accepted,
  open,
  type Program,
  type Report,
  type ReportBaseline,
  type ReportResult,
  type ReportSubject,
  type SubjectProblem,
  type Totals,
  totalsOf,
} from "./report.ts";
export { defaultInWords, LEVEL_WORDS, type PageOptions, rulePage, rulesIndex } from "./rule-page.ts";
export { sarifReport } from "./sarif.ts";
export { PLAIN, type TextStyle, textLines, textReport } from "./text.ts";
