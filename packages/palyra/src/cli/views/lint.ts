import type { Outputs } from "../../operations/catalog.ts";
import { auditedOfFolder } from "../../operations/shared/lint-folder.ts";
import { shownLines } from "./report.ts";
import type { View } from "./view.ts";

export const lintView: View<Outputs["skills lint"]> = (document, paint) =>
  shownLines(document, "lint", () => [auditedOfFolder(document)], paint);
