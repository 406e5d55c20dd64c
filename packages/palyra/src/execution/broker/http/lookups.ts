/**
 * Names are looked up one after another for each skill. The system's look-up cannot be stopped, and has two threads of the whole process: a skill whose
 * name servers never answer would hold both, and keep every other skill, and the host's own lists, from the network.
 */

/** What looks names up. */
export interface Resolver {
  /** All addresses of a name. */
  resolve(name: string): Promise<readonly string[]>;
}

/** What each skill waits for last. */
const ends = new WeakMap<Resolver, Map<string, Promise<unknown>>>();

/** All addresses of a name, once what the skill asked for before has come to its end. @param signal of whoever waits no more: then it is not begun */
export function lookUp(name: string, skillId: string, network: Resolver, signal: AbortSignal): Promise<readonly string[]> {
  const ofSkills = ends.get(network) ?? new Map<string, Promise<unknown>>();
  ends.set(network, ofSkills);
  const before = ofSkills.get(skillId) ?? Promise.resolve();
  const found = before.then(() => {
    signal.throwIfAborted();
    return network.resolve(name);
  });
  const end = found.catch(() => {});
  ofSkills.set(skillId, end);
  void end.then(() => ofSkills.get(skillId) === end && ofSkills.delete(skillId));
  return found;
}
