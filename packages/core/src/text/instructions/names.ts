import type { TextMatch } from "../match.ts";
import { instructionMatches } from "./instructions.ts";

/** Names of parameters that a model fills with what it knows beside its task. */
const CONTEXT =
  /^(?:(?:full|whole|entire|your|the|model|assistant|previous)_?)?(?:system_?(?:prompt|message|instructions?)|(?:conversation|chat|message)_?history|conversation|chain_?of_?thought|previous_?messages?|(?:available_?)?tools?_?list|available_?tools|context_?window|model_?instructions|tool_?calls?_?history)$/i;
/** Names of so many characters may be a sentence. */
const SENTENCE = 16;

/** What a name says to a model: its words are parted by `_`, which as spaces keep their places. */
export function nameMatches(name: string): readonly TextMatch[] {
  if (CONTEXT.test(name)) return [{ code: "context_parameter", status: "warn", start: 0, end: name.length }];
  return name.length < SENTENCE ? [] : instructionMatches(name.replaceAll("_", " "), "tool");
}
