import fc from "fast-check";
import { compareVersions } from "palyra-skills/manifest";
import { beforeAll, describe, expect, it } from "vitest";
import type { SkillStatus } from "../../src/journal/index.ts";
import { changeStatus, installSkill, removeSkill, useVersion } from "../../src/lifecycle/index.ts";
import { installRequest, newCall, newHome, skillFile, stateOf, temporaryFolder } from "./support.ts";

const VERSIONS = ["0.9.0", "0.10.0", "1.0.0"] as const;
const files = new Map<string, string>();
beforeAll(async () => {
  const folder = temporaryFolder();
  for (const version of VERSIONS) files.set(version, await skillFile(folder, { version }));
});

type Change =
  | { readonly does: "install" | "use"; readonly version: string; readonly allowed: boolean }
  | { readonly does: "remove"; readonly version: string | undefined }
  | { readonly does: "status"; readonly version: string; readonly status: SkillStatus };

const version = fc.constantFrom(...VERSIONS);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant("install" as const), version, allowed: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("use" as const), version, allowed: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("remove" as const), version: fc.option(version, { nil: undefined }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("status" as const),
      version,
      status: fc.constantFrom<SkillStatus>("active", "quarantined", "disabled"),
    }),
  },
);

const RANK = ["active", "disabled", "quarantined"];
const stricter = (a: string, b: string) => (RANK.indexOf(a) >= RANK.indexOf(b) ? a : b);
const highest = (versions: Iterable<string>) => [...versions].sort(compareVersions).at(-1);

/** Spec 5 in a few lines: what is installed, which version is current, each version's status, and what was ever installed. */
class Model {
  readonly installed = new Set<string>();
  current: string | undefined;
  readonly statuses = new Map<string, string>();
  readonly ever = new Set<string>();
  /** The version that was current last, removed or not. */
  last: string | undefined;
  /** When each status was set by somebody, or inherited; and which of them a person set to active. */
  readonly since = new Map<string, number>();
  readonly enabled = new Set<string>();
  clock = 0;

  /** The error's code; undefined where it is done. */
  apply(change: Change): string | undefined {
    switch (change.does) {
      case "install":
        return this.install(change.version, change.allowed);
      case "use":
        return this.use(change.version, change.allowed);
      case "remove":
        return this.remove(change.version ?? this.current);
      case "status":
        this.set(change.version, change.status);
        if (change.status === "active") this.enabled.add(change.version);
        return undefined;
    }
  }

  set(version: string, status: string): void {
    this.statuses.set(version, status);
    this.since.set(version, ++this.clock);
    this.enabled.delete(version);
  }

  /** T31: the more restrictive of the two, unless a person enabled this one after the other was restricted. */
  become(version: string): void {
    const from = this.last ?? version;
    const [own, other] = [this.statuses.get(version) ?? "active", this.statuses.get(from) ?? "active"];
    const freed = this.enabled.has(version) && (this.since.get(version) ?? 0) > (this.since.get(from) ?? 0);
    if (stricter(own, other) !== own && !freed) this.set(version, other);
    else this.statuses.set(version, own);
    this.current = version;
    this.last = version;
  }

  install(version: string, allowed: boolean): string | undefined {
    if (this.installed.has(version)) return "AlreadyInstalled";
    const top = highest(this.ever);
    if (top !== undefined && compareVersions(version, top) < 0 && !allowed) return "DowngradeRefused";
    this.installed.add(version);
    this.ever.add(version);
    this.become(version);
    return undefined;
  }

  use(version: string, allowed: boolean): string | undefined {
    if (!this.installed.has(version)) return "NotInstalled";
    const top = highest([...this.ever, ...this.installed]) ?? version;
    if (version !== this.current && compareVersions(version, top) < 0 && !allowed) return "DowngradeRefused";
    this.become(version);
    return undefined;
  }

  remove(version: string | undefined): string | undefined {
    if (version === undefined || !this.installed.delete(version)) return "NotInstalled";
    if (version !== this.current) return undefined;
    this.current = undefined;
    const next = highest(this.installed);
    if (next !== undefined) this.become(next);
    return undefined;
  }

  get shown() {
    const versions = [...this.installed].sort(compareVersions);
    return {
      index: versions.map((version) => `acme.echo@${version}${version === this.current ? "*" : ""}`),
      statuses: versions.map((version) => this.statuses.get(version)),
      folders: versions.map((version) => `acme.echo/${version}/install-metadata.json`),
    };
  }
}

describe("the life of a skill", () => {
  it("follows the rules of spec 5, whatever is done in whatever order (T8, T31)", () =>
    fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 3, maxLength: 14 }), async (changes) => {
        const home = newHome();
        const model = new Model();
        for (const each of changes) {
          const code = await codeOf(perform(home, each));
          expect(code).toBe(model.apply(each));
          const { index, statuses, folders, events, audit } = await stateOf(home);
          const metadata = folders.filter((file) => file.endsWith("install-metadata.json")).sort();
          expect({ index, statuses, folders: metadata }).toEqual({ ...model.shown, folders: [...model.shown.folders].sort() });
          expect(audit.length).toBeLessThanOrEqual(events.length);
        }
      }),
      { numRuns: 16 },
    ));
});

async function perform(home: ReturnType<typeof newHome>, change: Change): Promise<unknown> {
  const skillId = "acme.echo";
  const call = newCall();
  switch (change.does) {
    case "install": {
      const request = installRequest(files.get(change.version) ?? "", { allowDowngrade: change.allowed });
      return installSkill(home, request, call, async () => {});
    }
    case "use":
      return useVersion(home, { skillId, version: change.version, allowDowngrade: change.allowed }, call);
    case "remove":
      return removeSkill(home, { skillId, ...(change.version === undefined ? {} : { version: change.version }) }, call);
    case "status":
      return changeStatus(home, { skillId, version: change.version, status: change.status }, call);
  }
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
}
