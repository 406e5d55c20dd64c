import type { Outputs } from "../../operations/catalog.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import type { View } from "./view.ts";

export const procedureView: View<Outputs["skills procedure save"]> = (document, paint) => {
  const { slug, status, path, unsafe_finding_count: found, quarantine_path } = document;
  const saved = `${status}  ${paint.strong(safe(slug))}  ${paint.faint(safe(path))}`;
  if (quarantine_path === null) return [saved];
  return [saved, paint.warning(`${count(found, "destructive line")} taken out; the whole text is in ${safe(quarantine_path)}`)];
};
