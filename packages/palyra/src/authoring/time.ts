import { PalyraError } from "../errors.ts";

/**
 * When an artifact is signed, milliseconds since 1970: as an option says, else `SOURCE_DATE_EPOCH` (whole seconds, as
 * https://reproducible-builds.org/specs/source-date-epoch/ has it), else now. Spec 1.7.
 */
export function signingTime(option: number | undefined, sourceDateEpoch: string | undefined, now: number): number {
  if (option !== undefined) return option;
  if (sourceDateEpoch === undefined || sourceDateEpoch === "") return now;
  const milliseconds = /^[0-9]{1,12}$/.test(sourceDateEpoch) ? Number(sourceDateEpoch) * 1000 : Number.NaN;
  if (Number.isSafeInteger(milliseconds)) return milliseconds;
  throw new PalyraError("Usage", { problem: "SOURCE_DATE_EPOCH is not a number of whole seconds" });
}
