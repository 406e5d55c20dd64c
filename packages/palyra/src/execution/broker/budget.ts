/** What a call may still write and make (spec 10.4). Refused beyond, never cut. */
import { ERRNO } from "palyra-sandbox/host-messages";
import { FileFault } from "./fault.ts";
import type { BrokerLimits } from "./limits.ts";

export class Budget {
  readonly #limits: Pick<BrokerLimits, "writtenBytes" | "fileBytes" | "created">;
  #written = 0;
  #created = 0;

  constructor(limits: Pick<BrokerLimits, "writtenBytes" | "fileBytes" | "created">) {
    this.#limits = limits;
  }

  /** `fbig` */
  requireSize(size: bigint): void {
    if (size > BigInt(this.#limits.fileBytes)) throw new FileFault(ERRNO.fbig);
  }

  /** `dquot` */
  spend(bytes: number): void {
    if (this.#written + bytes > this.#limits.writtenBytes) throw new FileFault(ERRNO.dquot);
    this.#written += bytes;
  }

  /** One file or directory more: counted once it is there. `dquot` */
  make<Result>(work: () => Result): Result {
    if (this.#created >= this.#limits.created) throw new FileFault(ERRNO.dquot);
    const made = work();
    this.#created += 1;
    return made;
  }
}
