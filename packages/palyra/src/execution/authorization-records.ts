/** What operators have decided about launches, as it is kept (spec 10.5): read again only where it may be another by now. */
import type { Platform } from "palyra-skills/platform";
import { PalyraError } from "../errors.ts";
import { fileMark } from "../files/index.ts";
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

/** Milliseconds for which the vault is believed not to have changed where the file has not: as for the journal's head. */
const LOOK_AGAIN_MS = 1000;

/** One record, kept as it was read. */
class KeptRecord<Value> {
  readonly #place: SealedPlace;
  readonly #parse: (json: Uint8Array) => Value | undefined;
  #kept: { readonly mark: string | undefined; readonly at: number; readonly value: Value } | undefined;

  constructor(place: SealedPlace, parse: (json: Uint8Array) => Value | undefined) {
    this.#place = place;
    this.#parse = parse;
  }

  async read(): Promise<Value> {
    const kept = this.#kept;
    const now = performance.now();
    if (kept !== undefined && now - kept.at < LOOK_AGAIN_MS && fileMark(this.#place.file) === kept.mark) return kept.value;
    const { json, mark } = await readSealed(this.#place);
    const value = this.#parse(json);
    const { file, name } = this.#place;
    if (value === undefined)
      throw new PalyraError("AuthorizationRecordInvalid", { file, record: name, problem: "its contents are of another release" });
    this.#kept = { mark, at: now, value };
    return value;
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
