import * as v from "valibot";
import { operation } from "../operation.ts";
import { readGrants } from "../shared/authorization-writes.ts";
import { optionalSkillId } from "../shared/inputs.ts";
import { type GrantsDocument, grantsDocument } from "./shared.ts";

export interface GrantListDocument {
  readonly count: number;
  readonly skills: readonly GrantsDocument[];
}

export const list = operation({
  input: v.strictObject({ skillId: optionalSkillId }),
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: ["skills grant list", "skills grant list acme.weather --json"],
  errors: ["AuthorizationRecordInvalid", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  run: async ({ home }, { skillId }): Promise<GrantListDocument> => {
    const all = [...(await readGrants(home))].filter(([id]) => skillId === undefined || id === skillId);
    return { count: all.length, skills: all.map(([id, granted]) => grantsDocument(id, granted)) };
  },
});
