/** What an operator types of a grant that is to go. */
import * as v from "valibot";
import { NO_GRANTS, type SkillGrants } from "../../policy/index.ts";
import { list, mention } from "../field.ts";
import { formProblem, grantOptions, rootProblem, typedGrants } from "./shared.ts";

export const goneOptions = {
  ...grantOptions,
  origin: v.optional(list("ORIGIN", "May reach this origin no more", formProblem), []),
  privateOrigin: v.optional(list("ORIGIN", "The same", formProblem), []),
  /** Whoever takes a root back need not know where it lies. */
  root: v.optional(
    list("ROOT", "This root of its lies in its own folder again; ROOT=FOLDER: only if it lies in that one", (text) =>
      text.includes("=") || text === "" ? rootProblem(text) : undefined,
    ),
    [],
  ),
  maxFuel: mention("N", "Its fuel is what its manifest says"),
  maxMemory: mention("BYTES", "Its memory is what its manifest says"),
  maxWallMs: mention("MS", "Its time is what its manifest says"),
  frozenClock: mention("WHEN", "Its clocks run"),
  seed: mention("TEXT", "Its randomness is real"),
};

type Gone = v.InferOutput<v.StrictObjectSchema<typeof goneOptions, undefined>>;

/** What was typed, as a grant; of limits and what is fixed the names alone count. */
export function goneGrants({ maxFuel, maxMemory, maxWallMs, frozenClock, seed, ...named }: Gone): SkillGrants {
  return {
    ...typedGrants(named),
    limits: { ...(maxFuel && { fuel: 0n }), ...(maxMemory && { memory_bytes: 0 }), ...(maxWallMs && { wall_ms: 0 }) },
    fixed: { ...(frozenClock && { clock_unix_ms: 0 }), ...(seed && { seed: "" }) },
  };
}

/** What is granted without this. */
export function withoutGrants(before: SkillGrants, gone: SkillGrants): SkillGrants {
  const kept = <Item>(items: readonly Item[], without: readonly Item[], key: (item: Item) => string): readonly Item[] =>
    items.filter((item) => !without.some((each) => key(each) === key(item)));
  const left = (named: object, without: object) =>
    Object.fromEntries(Object.entries(named).filter(([name]) => !Object.hasOwn(without, name)));
  return {
    ...NO_GRANTS,
    hosts: kept(before.hosts, gone.hosts, ({ host, port, plain_http }) => `${plain_http}:${host}:${port}`),
    global_keys: kept(before.global_keys, gone.global_keys, (key) => key),
    inserts: kept(before.inserts, gone.inserts, ({ secret, host, header }) => `${secret}@${host}/${header}`),
    roots: kept(before.roots, gone.roots, ({ root }) => root),
    limits: left(before.limits, gone.limits),
    fixed: left(before.fixed, gone.fixed),
  };
}
