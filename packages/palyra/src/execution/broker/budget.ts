/** What a call may still write and make (spec 10.4). Refused beyond, never cut. */
import { ERRNO } from "palyra-sandbox/host-messages";
import { FileFault } from "./fault.ts";
import type { BrokerLimits } from "./limits.ts";
import type { Room } from "./room.ts";

export class Budget {
  readonly #limits: Pick<BrokerLimits, "writtenBytes" | "fileBytes" | "created">;
  readonly #room: Room;
  #written = 0;
  #created = 0;

  constructor(limits: Pick<BrokerLimits, "writtenBytes" | "fileBytes" | "created">, room: Room) {
    this.#limits = limits;
    this.#room = room;
  }

  /** `fbig` */
  requireSize(size: bigint): void {
    if (size > BigInt(this.#limits.fileBytes)) throw new FileFault(ERRNO.fbig);
  }

  /** @param fd where they are written. `dquot`, `nospc` */
  spend(bytes: number, fd: number): void {
    if (this.#written + bytes > this.#limits.writtenBytes) throw new FileFault(ERRNO.dquot);
    this.#room.require(fd, bytes);
    this.#written += bytes;
  }

  /** One file or directory more: counted once it is there. @param fd of the directory. `dquot`, `nospc` */
  make<Result>(fd: number, work: () => Result): Result {
    if (this.#created >= this.#limits.created) throw new FileFault(ERRNO.dquot);
    this.#room.require(fd, 0);
    const made = work();
    this.#created += 1;
    return made;
  }
}
