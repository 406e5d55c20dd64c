import type { Platform } from "palyra-skills/platform";
import { htmlReport, junitReport, markdownReport, type Report, sarifReport } from "palyra-skills/report";

export function render(format: "sarif" | "junit" | "markdown" | "html", report: Report, platform: Platform): string {
  switch (format) {
    case "sarif":
      return sarifReport(report);
    case "junit":
      return junitReport(report);
    case "markdown":
      return markdownReport(report);
    case "html":
      return htmlReport(report, platform);
  }
}
