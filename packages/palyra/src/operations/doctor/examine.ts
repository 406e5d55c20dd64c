import type { Call } from "../../call.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import type { Services } from "../services.ts";
import { lookAuthorization } from "./authorization.ts";
import { type Finding, findingOf, ok } from "./finding.ts";
import { lookInstallation, lookNode } from "./host.ts";
import { lookDaemon, lookLeftovers } from "./leftovers.ts";
import { lookPermissions, type WrongMode } from "./permissions.ts";
import { lookTrust, lookVault } from "./secrets.ts";
import { lookSkills, type SkillsFound } from "./skills.ts";
import { lookVerdicts } from "./verdicts.ts";
import { lookWritable } from "./writable.ts";

export interface Examined {
  readonly findings: readonly Finding[];
  readonly modes: readonly WrongMode[];
  readonly auditFile: SkillsFound["auditFile"];
}

/** Looks at everything, and writes nothing at all: nothing is recovered, and no lock taken but, for a moment, that of a daemon that does not answer, the journal is read as it lies (spec 5.2). */
export async function examine(services: Services, call: Call): Promise<Examined> {
  const { home, settings, runtime } = services;
  const stateRoot = await lookStateRoot(services);
  call.progress("looking at files and folders");
  const permissions = await lookPermissions(home, settings);
  call.progress("looking at skills and the journal");
  const skills = await lookSkills(home, (active) => lookVerdicts(services, active, call));
  const findings = [
    lookNode(runtime),
    ...(await lookInstallation(runtime)),
    stateRoot,
    ...permissions.findings,
    ...lookWritable(home, settings),
    ...skills.findings,
    ...(await lookLeftovers(home)),
    ...(await lookVault(services)),
    await lookTrust(services),
    ...(await lookAuthorization(home)),
    await lookDaemon(services, call.signal),
  ];
  return { findings, modes: permissions.modes, auditFile: skills.auditFile };
}

async function lookStateRoot({ home }: Services): Promise<Finding> {
  const where = home.places.stateRoot;
  try {
    await checkStateRoot(home);
    return ok("state_root", "nobody else can change it", where);
  } catch (error) {
    return findingOf("state_root", error, where);
  }
}
