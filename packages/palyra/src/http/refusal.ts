import type { Fault } from "palyra-skills";

/** Refusals that only HTTP knows, with their status (spec 8); those of operations stand in `problem.ts`. */
export const HTTP_STATUS = {
  InvalidRequest: 400,
  Unauthorized: 401,
  PrincipalRefused: 403,
  ForeignHost: 403,
  ForeignOrigin: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  RequestTimeout: 408,
  BodyTooLarge: 413,
  UnsupportedMediaType: 415,
  ExpectationFailed: 417,
  TooManyRequests: 429,
  HeadersTooLarge: 431,
  Internal: 500,
  Busy: 503,
  NotReady: 503,
} as const;

export type HttpCode = keyof typeof HTTP_STATUS;

/** A request that is refused before any operation is asked. */
export class Refusal extends Error {
  readonly code: HttpCode;
  /** One sentence without a full stop; nothing of the request is in it but names of ours. */
  readonly detail: string;
  readonly faults: readonly Fault[];
  readonly headers: { readonly [name: string]: string };

  constructor(
    code: HttpCode,
    detail: string,
    {
      faults = [],
      headers = {},
    }: { readonly faults?: readonly Fault[]; readonly headers?: { readonly [name: string]: string } } = {},
  ) {
    super(code);
    this.name = "Refusal";
    this.code = code;
    this.detail = detail;
    this.faults = faults;
    this.headers = headers;
  }
}
