/**
 * Every operation, one line each. A line is all that is loaded until its operation is asked for (habit 8). What each answers
 * is a type here, so that whoever prints answers can be held to printing all of them.
 */

import type { VerificationReport } from "palyra-skills/trust";
import type { PackageDocument, RebuildDocument } from "../authoring/index.ts";
import type { StatusDocument } from "../lifecycle/index.ts";
import type { ApprovalAddDocument } from "./approvals/add.ts";
import type { ApprovalsDocument } from "./approvals/list.ts";
import type { ApprovalRemoveDocument } from "./approvals/remove.ts";
import type { StateDoctorDocument } from "./doctor/doctor.ts";
import type { DoctorDocument } from "./extension/doctor.ts";
import type { FeedRefreshDocument } from "./feed/refresh.ts";
import type { FeedDocument } from "./feed/shared.ts";
import type { GrantListDocument } from "./grant/list.ts";
import type { GrantRemoveDocument } from "./grant/remove.ts";
import type { GrantAddDocument } from "./grant/shared.ts";
import type { AcceptHeadDocument } from "./journal/accept-head.ts";
import type { JournalExportDocument } from "./journal/export.ts";
import type { HeadDocument } from "./journal/named-head.ts";
import type { JournalTailDocument } from "./journal/tail.ts";
import type { JournalVerifyDocument } from "./journal/verify.ts";
import type { Operation } from "./operation.ts";
import type { InspectDocument } from "./package/inspect.ts";
import type { PolicyCheckDocument } from "./policy/check.ts";
import type { PolicyExplainDocument } from "./policy/explain.ts";
import type { PolicyShowDocument } from "./policy/show.ts";
import type { PolicyTestDocument } from "./policy/test.ts";
import type { ProcedureDocument } from "./procedure/save.ts";
import type { ProvenanceDocument } from "./provenance/verify.ts";
import type { ReceiptExportDocument } from "./receipts/export.ts";
import type { ReceiptListDocument } from "./receipts/list.ts";
import type { ReceiptShowDocument } from "./receipts/show.ts";
import type { ReceiptVerifyDocument } from "./receipts/verify.ts";
import type { RevocationsAddDocument } from "./revocations/add.ts";
import type { RevocationsDocument } from "./revocations/list.ts";
import type { RefreshDocument } from "./revocations/refresh.ts";
import type { RevocationsRemoveDocument } from "./revocations/remove.ts";
import type { SecretDeleteDocument } from "./secrets/delete.ts";
import type { SecretDocument } from "./secrets/get.ts";
import type { SecretListDocument } from "./secrets/list.ts";
import type { SecretRekeyDocument } from "./secrets/rekey.ts";
import type { SecretSetDocument } from "./secrets/set.ts";
import type { SecretStatusDocument } from "./secrets/status.ts";
import type { ConformanceReport } from "./services.ts";
import type { AuditDocument } from "./skills/audit.ts";
import type { CheckDocument } from "./skills/check.ts";
import type { DevDocument } from "./skills/dev.ts";
import type { DiffDocument } from "./skills/diff.ts";
import type { RuleDocument } from "./skills/explain.ts";
import type { InfoDocument } from "./skills/info.ts";
import type { InstalledDocument, InstallPlanDocument } from "./skills/install.ts";
import type { KeygenDocument } from "./skills/keygen.ts";
import type { LintDocument } from "./skills/lint.ts";
import { type ListDocument, list } from "./skills/list.ts";
import type { RemoveDocument, RemovePlanDocument } from "./skills/remove.ts";
import type { RunDocument, RunPlanDocument } from "./skills/run.ts";
import type { ToolsDocument } from "./skills/tools.ts";
import type { UseDocument } from "./skills/use.ts";
import type { AcceptChangesDocument } from "./trust/accept-changes.ts";
import type { TrustExportDocument } from "./trust/export.ts";
import type { TrustImportDocument } from "./trust/import.ts";
import type { LimitDocument } from "./trust/limit.ts";
import type { TrustListDocument } from "./trust/list.ts";
import type { RevokeDocument } from "./trust/revoke.ts";
import type { RotateDocument } from "./trust/rotate.ts";
import type { TrustDocument } from "./trust/shared.ts";
import type { TrustShowDocument } from "./trust/show.ts";
import type { SignRevocationDocument } from "./trust/sign-revocation.ts";
import type { SignRevocationsDocument } from "./trust/sign-revocations.ts";
import type { SignRotationDocument } from "./trust/sign-rotation.ts";

/** What each operation answers. */
export interface Outputs {
  "skills keygen": KeygenDocument;
  "skills package build": PackageDocument;
  "skills package verify": VerificationReport;
  "skills package inspect": InspectDocument;
  "skills package rebuild": RebuildDocument;
  "skills provenance verify": ProvenanceDocument;
  "skills install": InstalledDocument | InstallPlanDocument;
  "skills list": ListDocument;
  "skills info": InfoDocument;
  "skills verify": VerificationReport;
  "skills check": CheckDocument;
  "skills audit": AuditDocument | RuleDocument;
  "skills lint": LintDocument;
  "skills dev": DevDocument;
  "skills diff": DiffDocument;
  "skills quarantine": StatusDocument;
  "skills disable": StatusDocument;
  "skills enable": StatusDocument;
  "skills use": UseDocument;
  "skills remove": RemoveDocument | RemovePlanDocument;
  "skills procedure save": ProcedureDocument;
  "skills trust list": TrustListDocument;
  "skills trust show": TrustShowDocument;
  "skills trust add": TrustDocument;
  "skills trust remove": TrustDocument;
  "skills trust pin": TrustDocument;
  "skills trust unpin": TrustDocument;
  "skills trust limit": LimitDocument;
  "skills trust revoke": RevokeDocument;
  "skills trust rotate": RotateDocument;
  "skills trust sign-rotation": SignRotationDocument;
  "skills trust sign-revocation": SignRevocationDocument;
  "skills trust revocations add": RevocationsAddDocument;
  "skills trust revocations remove": RevocationsRemoveDocument;
  "skills trust revocations list": RevocationsDocument;
  "skills trust revocations refresh": RefreshDocument;
  "skills trust sign-revocations": SignRevocationsDocument;
  "skills trust accept-changes": AcceptChangesDocument;
  "skills trust export": TrustExportDocument;
  "skills trust import": TrustImportDocument;
  "skills feed status": FeedDocument;
  "skills feed refresh": FeedRefreshDocument;
  "skills journal tail": JournalTailDocument;
  "skills journal verify": JournalVerifyDocument;
  "skills journal export": JournalExportDocument | HeadDocument;
  "skills journal accept-head": AcceptHeadDocument;
  "skills policy show": PolicyShowDocument;
  "skills policy check": PolicyCheckDocument;
  "skills policy explain": PolicyExplainDocument;
  "skills policy test": PolicyTestDocument;
  "skills approvals list": ApprovalsDocument;
  "skills approvals add": ApprovalAddDocument;
  "skills approvals remove": ApprovalRemoveDocument;
  "skills grant list": GrantListDocument;
  "skills grant add": GrantAddDocument;
  "skills grant remove": GrantRemoveDocument;
  "skills receipts list": ReceiptListDocument;
  "skills receipts show": ReceiptShowDocument;
  "skills receipts verify": ReceiptVerifyDocument;
  "skills receipts export": ReceiptExportDocument;
  "skills tools": ToolsDocument;
  "skills run": RunDocument | RunPlanDocument;
  "secrets set": SecretSetDocument;
  "secrets get": SecretDocument;
  "secrets list": SecretListDocument;
  "secrets delete": SecretDeleteDocument;
  "secrets status": SecretStatusDocument;
  "secrets rekey": SecretRekeyDocument;
  "extension doctor": DoctorDocument;
  doctor: StateDoctorDocument;
  "skills mcp": null;
  "skills conformance serve": null;
  "skills conformance run": ConformanceReport;
}

export type OperationName = keyof Outputs;

export interface CatalogLine<Output> {
  readonly summary: string;
  readonly load: () => Promise<Operation<Output>>;
}

export type Catalog = { readonly [Name in OperationName]: CatalogLine<Outputs[Name]> };

const line = <Output>(summary: string, load: () => Promise<Operation<Output>>): CatalogLine<Output> => ({ summary, load });

export const CATALOG: Catalog = {
  "skills keygen": line("Make a signing key", async () => (await import("./skills/keygen.ts")).keygen),
  "skills package build": line("Pack and sign a skill", async () => (await import("./package/build.ts")).build),
  "skills package verify": line(
    "Verify an artifact and whether its key is trusted",
    async () => (await import("./package/verify.ts")).verify,
  ),
  "skills package inspect": line("Show what is in an artifact", async () => (await import("./package/inspect.ts")).inspect),
  "skills package rebuild": line(
    "Pack a skill again from its sources, and compare",
    async () => (await import("./package/rebuild.ts")).rebuild,
  ),
  "skills provenance verify": line(
    "Verify who attests to an artifact, offline",
    async () => (await import("./provenance/verify.ts")).verify,
  ),
  "skills install": line("Install a skill from an artifact", async () => (await import("./skills/install.ts")).install),
  // What is to be instant comes at once: each file that is loaded later takes its time (habit 8).
  "skills list": line("List what is installed", async () => list),
  "skills info": line("Show all of one installed skill", async () => (await import("./skills/info.ts")).info),
  "skills verify": line("Verify an installed skill", async () => (await import("./skills/verify.ts")).verify),
  "skills check": line("Say what is ready or blocked, and why", async () => (await import("./skills/check.ts")).check),
  "skills audit": line("Audit what is installed, or an artifact", async () => (await import("./skills/audit.ts")).audit),
  "skills lint": line("Audit a folder of sources before it is packed", async () => (await import("./skills/lint.ts")).lint),
  "skills dev": line(
    "Build, audit and run a folder of sources, each time it changes",
    async () => (await import("./skills/dev.ts")).dev,
  ),
  "skills diff": line("Show what changed between two artifacts", async () => (await import("./skills/diff.ts")).diff),
  "skills quarantine": line("Stop a skill at once", async () => (await import("./skills/quarantine.ts")).quarantine),
  "skills disable": line("Switch a skill off", async () => (await import("./skills/disable.ts")).disable),
  "skills enable": line("Let a stopped skill run again", async () => (await import("./skills/enable.ts")).enable),
  "skills use": line("Make another installed version the current one", async () => (await import("./skills/use.ts")).use),
  "skills remove": line("Remove an installed version", async () => (await import("./skills/remove.ts")).remove),
  "skills procedure save": line("Keep a note of how something is done", async () => (await import("./procedure/save.ts")).save),
  "skills trust list": line("Show whom this host trusts", async () => (await import("./trust/list.ts")).list),
  "skills trust show": line("Show all that is known of a publisher", async () => (await import("./trust/show.ts")).show),
  "skills trust add": line("Trust a key of a publisher", async () => (await import("./trust/add.ts")).add),
  "skills trust remove": line("Trust a publisher's key no longer", async () => (await import("./trust/remove.ts")).remove),
  "skills trust pin": line("Set the key that a publisher is remembered by", async () => (await import("./trust/pin.ts")).pin),
  "skills trust unpin": line("Forget a remembered key", async () => (await import("./trust/unpin.ts")).unpin),
  "skills trust limit": line("Limit what a key may sign", async () => (await import("./trust/limit.ts")).limit),
  "skills trust revoke": line("Refuse a key, or one skill, for good", async () => (await import("./trust/revoke.ts")).revoke),
  "skills trust rotate": line("Follow a publisher to its next key", async () => (await import("./trust/rotate.ts")).rotate),
  "skills trust sign-rotation": line(
    "State, as a publisher, what the next key is",
    async () => (await import("./trust/sign-rotation.ts")).signRotationStatement,
  ),
  "skills trust sign-revocation": line(
    "State, as a publisher, that a key of yours counts no more",
    async () => (await import("./trust/sign-revocation.ts")).signRevocationStatement,
  ),
  "skills trust revocations add": line(
    "Follow a signed list of what is revoked",
    async () => (await import("./revocations/add.ts")).add,
  ),
  "skills trust revocations remove": line(
    "Follow a list no more, or not that key of it",
    async () => (await import("./revocations/remove.ts")).remove,
  ),
  "skills trust revocations list": line(
    "Show the lists that are followed",
    async () => (await import("./revocations/list.ts")).list,
  ),
  "skills trust revocations refresh": line(
    "Fetch the lists that are followed",
    async () => (await import("./revocations/refresh.ts")).refresh,
  ),
  "skills trust sign-revocations": line(
    "State, as an issuer, what is revoked",
    async () => (await import("./trust/sign-revocations.ts")).signRevocations,
  ),
  "skills trust accept-changes": line(
    "Accept trust files that something else changed",
    async () => (await import("./trust/accept-changes.ts")).acceptChanges,
  ),
  "skills trust export": line(
    "Write all that is trusted here as one file",
    async () => (await import("./trust/export.ts")).exportTrust,
  ),
  "skills trust import": line("Take over what another host trusts", async () => (await import("./trust/import.ts")).importTrust),
  "skills feed status": line(
    "Say what the vulnerability feed is, and how old",
    async () => (await import("./feed/status.ts")).status,
  ),
  "skills feed refresh": line("Fetch and index the vulnerability feed", async () => (await import("./feed/refresh.ts")).refresh),
  "skills journal tail": line("Show the last events", async () => (await import("./journal/tail.ts")).tail),
  "skills journal verify": line("Verify the chain of events", async () => (await import("./journal/verify.ts")).verify),
  "skills journal export": line(
    "Export the events, or the head",
    async () => (await import("./journal/export.ts")).exportJournal,
  ),
  "skills journal accept-head": line(
    "Accept a journal that is not the one that is known",
    async () => (await import("./journal/accept-head.ts")).acceptHead,
  ),
  "skills policy show": line(
    "Show the policies that always hold, or the schema",
    async () => (await import("./policy/show.ts")).show,
  ),
  "skills policy check": line("Validate policies of your own", async () => (await import("./policy/check.ts")).check),
  "skills policy explain": line(
    "Say whether a tool may start, and which policies say so",
    async () => (await import("./policy/explain.ts")).explain,
  ),
  "skills policy test": line(
    "Hold your policies against what you expect of them",
    async () => (await import("./policy/test.ts")).test,
  ),
  "skills approvals list": line(
    "Show what was approved for more than one call",
    async () => (await import("./approvals/list.ts")).list,
  ),
  "skills approvals add": line("Approve a tool ahead of time", async () => (await import("./approvals/add.ts")).add),
  "skills approvals remove": line("Ask again for what was approved", async () => (await import("./approvals/remove.ts")).remove),
  "skills grant list": line("Show what is granted beside manifests", async () => (await import("./grant/list.ts")).list),
  "skills grant add": line(
    "Grant a skill what its manifest cannot give, or hold it shorter",
    async () => (await import("./grant/add.ts")).add,
  ),
  "skills grant remove": line(
    "Take back what was granted, or lift a limit",
    async () => (await import("./grant/remove.ts")).remove,
  ),
  "skills receipts list": line("Show the last runs, and the host's key", async () => (await import("./receipts/list.ts")).list),
  "skills receipts show": line("Show all of one receipt", async () => (await import("./receipts/show.ts")).show),
  "skills receipts verify": line("Verify receipts, offline", async () => (await import("./receipts/verify.ts")).verify),
  "skills receipts export": line("Write receipts to a file", async () => (await import("./receipts/export.ts")).exportReceipts),
  "skills run": line("Run a tool of an installed skill", async () => (await import("./skills/run.ts")).run),
  "skills tools": line("Show what a model is shown", async () => (await import("./skills/tools.ts")).tools),
  "secrets set": line("Store a secret", async () => (await import("./secrets/set.ts")).set),
  "secrets get": line("Show that a secret is stored, or its value", async () => (await import("./secrets/get.ts")).get),
  "secrets list": line("List the names of secrets", async () => (await import("./secrets/list.ts")).list),
  "secrets delete": line("Delete a secret", async () => (await import("./secrets/delete.ts")).remove),
  "secrets status": line("Say where secrets are kept", async () => (await import("./secrets/status.ts")).status),
  "secrets rekey": line("Make a new key for the vault, or move it", async () => (await import("./secrets/rekey.ts")).rekey),
  "extension doctor": line(
    "Say what an install of an artifact would come to",
    async () => (await import("./extension/doctor.ts")).doctor,
  ),
  doctor: line("Look whether all is well here, and mend what can be", async () => (await import("./doctor/doctor.ts")).doctor),
  "skills mcp": line("Serve the tools to a client of MCP", async () => (await import("./skills/mcp.ts")).mcp),
  "skills conformance serve": line("Answer the conformance protocol", async () => (await import("./conformance/serve.ts")).serve),
  "skills conformance run": line(
    "Hold an implementation against the vectors",
    async () => (await import("./conformance/run.ts")).run,
  ),
};

/** Lines of Palyra's command line that a later release has: named, so that nobody takes them for a misspelling. */
export const LATER_COMMANDS: { readonly [command: string]: string } = {
  "skills init": "templates",
  "skills update": "registries",
  "skills registry": "registries",
};

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(CATALOG, name);
}
