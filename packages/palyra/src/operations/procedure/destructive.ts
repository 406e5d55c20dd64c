/** Lines that nobody should follow without thinking (spec 11.8): a few patterns as data. They find what is plain, and promise no more. */
export type DestructivePattern = (typeof PATTERNS)[number]["id"];

/** Bounded repetitions only: no line makes them slow. */
const PATTERNS = [
  {
    id: "rm_recursive_force",
    expression:
      /(?:^|[^a-z0-9_-])rm\s{1,20}(?:-{1,2}[a-z-]{1,24}\s{1,20}){0,4}(?:-[a-z]{0,8}r[a-z]{0,8}f|-[a-z]{0,8}f[a-z]{0,8}r|-[a-z]{0,8}r[a-z]{0,8}\s{1,20}-[a-z]{0,8}f|-[a-z]{0,8}f[a-z]{0,8}\s{1,20}-[a-z]{0,8}r|--recursive\s{1,20}(?:--force|-f)|--force\s{1,20}(?:--recursive|-r)|-r\s{1,20}--force|-f\s{1,20}--recursive)/i,
  },
  {
    id: "powershell_recursive_force_delete",
    expression:
      /(?:^|[^a-z0-9_-])(?:remove-item|ri)\s(?=.{0,400}\s-r(?:ecurse|ecurs|ecur|ecu|ec|e)?(?:\s|$|:))(?=.{0,400}\s-fo(?:rce|rc|r)?(?:\s|$|:))/i,
  },
  {
    id: "windows_recursive_delete",
    expression: /(?:^|[^a-z0-9_-])(?:(?:rmdir|rd|del|erase)\s{1,20}(?:\/[a-z]\s{1,20}){0,4}\/s(?:\s|$))/i,
  },
  {
    id: "natural_language_recursive_delete_without_confirmation",
    expression:
      /(?=.{0,400}\b(?:delete|remove|erase|wipe)\b)(?=.{0,400}\b(?:recursively|everything|all (?:files|folders|directories|data))\b)(?=.{0,400}\bwithout (?:any )?(?:asking|confirmation|confirming|prompting|approval)\b)/i,
  },
  {
    id: "safety_bypass_instruction",
    expression:
      /\b(?:ignore|bypass|disable|skip|circumvent|override)\s(?:all\s|any\s|the\s|every\s|your\s){0,3}(?:previous\s|safety\s|security\s|approval\s){1,2}(?:instructions?|rules?|checks?|guards?|guardrails?|polic(?:y|ies)|prompts?|approvals?)\b/i,
  },
  {
    id: "filesystem_format",
    expression: /(?:^|[^a-z0-9_-])(?:mkfs(?:\.[a-z0-9]{1,16})?\s{1,20}\S|format\s{1,20}[a-z]:|format-volume\s)/i,
  },
  {
    id: "raw_block_write",
    expression:
      /(?:(?:^|[^a-z0-9_-])dd\s.{0,400}\bof=\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk)|>\s{0,20}\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk))/i,
  },
] as const;

export interface Finding {
  readonly pattern: DestructivePattern;
  /** From 1. */
  readonly line_number: number;
  readonly line: string;
}

/** The destructive lines of a text, each by the first pattern that fits. */
export function destructiveLines(text: string): Finding[] {
  return text.split("\n").flatMap((line, at): Finding[] => {
    const found = PATTERNS.find(({ expression }) => expression.test(line));
    return found === undefined ? [] : [{ pattern: found.id, line_number: at + 1, line }];
  });
}

/** The text with each of these lines replaced by one that says what stood there. */
export function withoutLines(text: string, findings: readonly Finding[]): string {
  const patterns = new Map(findings.map(({ line_number, pattern }) => [line_number, pattern]));
  const lines = text.split("\n");
  return lines
    .map((line, at) => {
      const pattern = patterns.get(at + 1);
      return pattern === undefined ? line : `[removed: ${pattern}]`;
    })
    .join("\n");
}
