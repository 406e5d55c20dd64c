import type { Services } from "../services.ts";

/** What no root of a skill may be in, or above, beside the state root (T23): vault, journal, skills and trust store, wherever they are. */
export const guardedPlaces = ({ home, settings }: Services): readonly string[] => {
  const { journal, skillsRoot, trustStore } = home.places;
  return [settings.vaultDir.value, journal, skillsRoot, trustStore];
};
