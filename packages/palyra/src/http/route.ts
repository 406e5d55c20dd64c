import type { IncomingMessage, ServerResponse } from "node:http";
import type * as v from "valibot";
import type { Call } from "../call.ts";
import type { RawInput } from "../operations/operation.ts";
import type { Caller } from "./auth.ts";
import type { Wire } from "./wire.ts";

/** One route of the API: what it answers, and what its page says of it. */
export interface Route {
  /** Its name in the OpenAPI page. */
  readonly id: string;
  readonly method: "GET" | "POST";
  /** With `{name}` for what varies; metrics have it as a label. */
  readonly path: string;
  readonly summary: string;
  /** `open`: whoever reaches the daemon; `token`: with the token; `admin`: with the token and a principal. */
  readonly access: "open" | "token" | "admin";
  readonly wire: Wire;
  /** The document of status 200; absent where it is no JSON. */
  readonly answer?: v.GenericSchema;
  /** Media types of status 200; absent: `application/json`. */
  readonly types?: readonly string[];
  /** Statuses of refusals beside those that every route has. */
  readonly refusals?: readonly number[];
  /** The answer rests on the address and on the state alone, and may be kept as long as that is the same. */
  readonly kept?: true;
  readonly handle: (asked: Asked) => Promise<Answer>;
}

/** A request that was let in and checked. */
export interface Asked {
  readonly id: string;
  readonly input: RawInput;
  /** Whoever asks; of routes for everybody it says nobody. */
  readonly call: Call;
  readonly caller: Caller;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** `sent`: the handler has the response in its own hands. */
export type Answer = Body | "sent";

export interface Body {
  readonly status?: number;
  /** Absent: `application/json`. */
  readonly type?: string;
  readonly body: string;
}
