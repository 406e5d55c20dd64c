/** Words that a model may read, and what is hidden in them: text in, matches out (spec 4.4). */
export { hiddenMatches } from "./hidden/hidden.ts";
export { instructionMatches } from "./instructions/instructions.ts";
export { nameMatches } from "./instructions/names.ts";
export { MAX_MATCHES, type TextKind, type TextMatch } from "./match.ts";
export { findSecrets, MAX_SECRETS, type SecretMatch } from "./secrets/index.ts";
export { foldText } from "./unicode/fold.ts";
export { lookalikeOf, lookalikes } from "./unicode/lookalikes.ts";
export { type Script, scriptOf } from "./unicode/scripts.ts";
