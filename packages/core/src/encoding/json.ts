/**
 * Values of JSON as this system handles them. Integers that a double cannot hold are bigints, so nothing is lost;
 * objects have no prototype, so `__proto__` and `constructor` are ordinary keys.
 */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
