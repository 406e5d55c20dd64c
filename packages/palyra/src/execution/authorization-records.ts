/** What operators have decided about launches, as it is kept (spec 10.5): read again only where it may be another by now. */
import type { Platform } from "palyra-skills/platform";
import { PalyraError } from "../errors.ts";
import { Kept } from "../files/index.ts";
import {
  type Approval,
  type ApprovalSubject,
  fittingApproval,
  type GrantsOfSkills,
  NO_GRANTS,
  parseApprovals,
  parseGrants,
  readSealed,
  type SealedPlace,
  type SkillGrants,
} from "../policy/index.ts";

/** Milliseconds after which the record's key is asked of the vault again, whatever looks the same. */
const LOOK_AGAIN_MS = 1000;

/** One record, kept as it was read while the file and the generation that the vault has of it are the same. */
class KeptRecord<Value> {
  readonly #place: SealedPlace;
  readonly #parse: (json: Uint8Array) => Value | undefined;
  readonly #kept = new Kept<Promise<Value>>();

  constructor(place: SealedPlace, parse: (json: Uint8Array) => Value | undefined) {
    this.#place = place;
    this.#parse = parse;
  }

  async read(): Promise<Value> {
    const time = Math.floor(performance.now() / LOOK_AGAIN_MS);
    return this.#kept.get([this.#place.file], `${await this.#place.floor()} ${time}`, () => this.#readNow());
  }

  async #readNow(): Promise<Value> {
    const { json } = await readSealed(this.#place);
    const value = this.#parse(json);
    if (value !== undefined) return value;
    const { file, name } = this.#place;
    throw new PalyraError("AuthorizationRecordInvalid", { file, record: name, problem: "its contents are of another release" });
  }
}

/** One a process. `AuthorizationRecordInvalid`, and what the vault throws. */
export class AuthorizationRecords {
  readonly #approvals: KeptRecord<readonly Approval[]>;
  readonly #grants: KeptRecord<GrantsOfSkills>;
  readonly #platform: Platform;

  constructor(places: { readonly approvals: SealedPlace; readonly grants: SealedPlace }, platform: Platform) {
    this.#approvals = new KeptRecord(places.approvals, parseApprovals);
    this.#grants = new KeptRecord(places.grants, parseGrants);
    this.#platform = platform;
  }

  async grantsOf(skillId: string): Promise<SkillGrants> {
    return (await this.#grants.read()).get(skillId) ?? NO_GRANTS;
  }

  /** The approval by which a call may start without asking. */
  async approvalFor(
    subject: ApprovalSubject,
    at: { readonly session: string; readonly now: number },
  ): Promise<Approval | undefined> {
    return fittingApproval(await this.#approvals.read(), subject, at, this.#platform);
  }
}
