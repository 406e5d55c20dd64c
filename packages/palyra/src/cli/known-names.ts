import { type InstalledEntry, readIndex } from "../installed/index.ts";
import type { Home } from "../lifecycle/home.ts";
import type { Host } from "./host.ts";

/** What may be named where the words say; each once, ascending. None where it cannot be read: nobody asked for an error. */
export interface KnownNames {
  skills(): Promise<readonly string[]>;
  /** Of a skill; of all where none was typed. */
  versions(skillId: string | undefined): Promise<readonly string[]>;
  /** Whose keys are trusted or remembered. */
  publishers(): Promise<readonly string[]>;
  /** Whose revocation lists are followed. */
  issuers(): Promise<readonly string[]>;
}

export function knownNames(words: readonly string[], host: Host): KnownNames {
  const given = (option: string): string | undefined => (words.includes(option) ? words[words.indexOf(option) + 1] : undefined);
  const known = async (names: (home: Home) => Promise<readonly string[]>): Promise<readonly string[]> => {
    try {
      const places = { stateRoot: given("--state-root"), skillsDir: given("--skills-dir"), trustStore: given("--trust-store") };
      return [...new Set(await names(host.compose(places).home))].toSorted();
    } catch {
      return [];
    }
  };
  const trustOf = async (home: Home) => (await import("../lifecycle/trust-place.ts")).readHomeTrust(home, { warn: () => {} });
  const entries = async ({ places }: Home): Promise<readonly InstalledEntry[]> => (await readIndex(places.skillsRoot)).entries;
  return {
    skills: () => known(async (home) => (await entries(home)).map(({ skill_id }) => skill_id)),
    versions: (skillId) =>
      known(async (home) =>
        (await entries(home))
          .filter(({ skill_id }) => skillId === undefined || skill_id === skillId)
          .map(({ version }) => version),
      ),
    publishers: () =>
      known(async (home) => {
        const { store } = await trustOf(home);
        return [...store.trusted.keys(), ...store.pinned.keys()];
      }),
    issuers: () => known(async (home) => (await trustOf(home)).constraints.revocation_lists.map(({ issuer }) => issuer)),
  };
}
