import { ERRNO } from "../host-errors.ts";

/** Thrown inside a host function, which gives its number. No `Error`: it needs no stack, and a module can provoke millions. */
export class WasiFault {
  readonly errno: number;

  constructor(errno: number) {
    this.errno = errno;
  }
}

export const fault = (name: keyof typeof ERRNO): WasiFault => new WasiFault(ERRNO[name]);
