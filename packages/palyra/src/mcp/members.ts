/**
 * Members of a message. The SDK holds each against its schemas, several times over: 4 MB of them would hold every call of this process for two seconds.
 * What stands inside the arguments of a call is held against nothing here.
 */
import { isObject } from "./object.ts";

/** Of a message, or of several at once, with the names of their arguments. */
export const MAX_MEMBERS = 10_000;

/** What is wrong with those of a message; undefined: nothing. */
export function faultyMembers(message: unknown): string | undefined {
  const all: readonly unknown[] = Array.isArray(message) ? message : [message];
  if (areTooMany(all)) return `a message has at most ${MAX_MEMBERS} members, what is inside arguments not counted`;
  // As with a number that would be another: the tool would be given what the client did not say.
  return all.some(hasLostArgument) ? "an argument named __proto__ would be lost" : undefined;
}

function areTooMany(all: readonly unknown[]): boolean {
  let left = MAX_MEMBERS - all.length;
  for (const each of all) {
    if (left < 0) break;
    left -= membersOf(each, left, argumentsOf(each));
  }
  return left < 0;
}

/** Those of its members with them, but of `closed`; counted until they are more than `most`. */
function membersOf(value: unknown, most: number, closed: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const values: readonly unknown[] = Object.values(value);
  if (value === closed) return values.length;
  let members = values.length;
  for (const each of values) {
    if (members > most) break;
    members += membersOf(each, most - members, closed);
  }
  return members;
}

function hasLostArgument(message: unknown): boolean {
  const given = argumentsOf(message);
  return isObject(given) && Object.hasOwn(given, "__proto__");
}

function argumentsOf(message: unknown): unknown {
  const params = isObject(message) ? message["params"] : undefined;
  return isObject(params) ? params["arguments"] : undefined;
}
