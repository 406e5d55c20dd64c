import type { OperationName, Outputs } from "../../operations/catalog.ts";
import { listView } from "./inventory.ts";
import type { View } from "./view.ts";

/** How each answer is shown; loaded only where it is shown to a person. */
export const VIEWS: { readonly [Name in OperationName]: () => Promise<View<Outputs[Name]>> } = {
  "skills keygen": async () => (await import("./packaging.ts")).keygenView,
  "skills package build": async () => (await import("./packaging.ts")).buildView,
  "skills package verify": async () => (await import("./verification.ts")).verificationView,
  "skills package inspect": async () => (await import("./inspection.ts")).inspectView,
  "skills install": async () => (await import("./installation.ts")).installView,
  "skills list": async () => listView,
  "skills info": async () => (await import("./inspection.ts")).infoView,
  "skills verify": async () => (await import("./verification.ts")).verificationView,
  "skills check": async () => (await import("./check.ts")).checkView,
  "skills audit": async () => (await import("./audit.ts")).auditView,
  "skills quarantine": async () => (await import("./status.ts")).statusView,
  "skills disable": async () => (await import("./status.ts")).statusView,
  "skills enable": async () => (await import("./status.ts")).statusView,
  "skills use": async () => (await import("./status.ts")).useView,
  "skills remove": async () => (await import("./status.ts")).removeView,
  "skills procedure save": async () => (await import("./procedure.ts")).procedureView,
  "skills trust list": async () => (await import("./trust.ts")).trustListView,
  "skills trust add": async () => (await import("./trust.ts")).trustView,
  "skills trust remove": async () => (await import("./trust.ts")).trustView,
  "skills trust pin": async () => (await import("./trust.ts")).trustView,
  "skills trust unpin": async () => (await import("./trust.ts")).trustView,
  "skills journal tail": async () => (await import("./journal.ts")).tailView,
  "skills journal verify": async () => (await import("./journal.ts")).journalVerifyView,
  "extension doctor": async () => (await import("./doctor.ts")).doctorView,
  "skills conformance serve": async () => () => [],
  "skills conformance run": async () => (await import("./conformance.ts")).conformanceView,
};
