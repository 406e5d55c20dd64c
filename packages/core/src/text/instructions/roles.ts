import { eachHit, Matches, type TextKind, type TextMatch } from "../match.ts";

/** Marks by which models tell who speaks. In a tool's words they put words into another's mouth. */
const TEMPLATE =
  /<\|{1,2}\s?(?:im_start|im_end|im_sep|system|user|assistant|begin_of_text|end_of_text|start_header_id|end_header_id|eot_id|endoftext|fim_\w{3,6}|channel|message)\s?\|{1,2}>|<<\/?SYS>>|\[\/?INST\]|<\/?(?:start|end)_of_turn>|<｜(?:begin|end|User|Assistant)[^<>]{0,30}>/gi;
/** Elements that claim to be of the system, or to matter more than the rest. */
const ELEMENT =
  /<\/?\s{0,2}(?:system|sys|system[-_](?:reminder|prompt|message|instructions?|override|note)|important|critical|urgent|secret|hidden|admin|developer|assistant|override|instructions?[-_](?:override|hidden)|mandatory|private[-_]instructions?|confidential|ai[-_](?:instructions?|note))\b[^<>\n]{0,60}>/gi;
const BRACKETS =
  /(?:\[|【|\{\{|###?\s?|\*\*)\s{0,2}(?:(?:system|admin(?:istrator)?|developer|root|security)(?:\s(?:note|message|override|prompt|instructions?|notice|update|directive|command|alert|mode))?|(?:hidden|new|secret|updated|override|internal)\s(?:system\s)?(?:instructions?|directives?)|(?:hidden|masked|covert|embedded|veiled|occult|secret|clandestine|invisible|concealed)\s(?:\w{2,12}\s){0,2}(?:instruction|directive|message|text|content|segment|note|command)s?(?:\s\w{2,10}){0,2}|(?:action|attention)\srequired|instructions?\s(?:to|for)\s(?:the\s)?(?:ai|llm|model|assistant|agent)s?|(?:note|message)\s(?:to|for)\s(?:the\s)?(?:ai|llm|model|assistant|agent)s?)\s{0,2}(?:\]|】|\}\}|:|\*\*)/gi;
/** A picture whose address is filled in: showing it sends what is filled in. */
const FILLED_IMAGE =
  /!\[(?:(?!!\[)[^\]\n]){0,200}\]\(\s{0,2}<?https?:\/\/[^)\s]{1,300}?(?:\{\{|\$\{|\{[a-z_]{2,30}\}|<[a-z_]{2,30}>|\[[a-z_ ]{2,30}\])/gi;
const JSON_ROLE = /["']role["']\s{0,3}:\s{0,3}["'](?:system|developer)["']/gi;
const TURN = /(?:^|\n)\s{0,4}(?:Human|Assistant|System|User)\s{0,2}:\s{0,4}(?=\S)/g;

/** Elements of one text that are looked into. */
const MAX_ELEMENTS = 200;

const GRAVE =
  /^\W{0,4}(?:system\s(?:override|instructions?|prompt|directive|command)|(?:hidden|secret|override)\s|instructions?\s(?:to|for)|(?:note|message)\s(?:to|for))/i;

/** Marks of a role in a text. Assets hold the templates of models and pages with elements of any name: there they are told, no more. */
export function roleMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  const grave = kind === "asset" ? "warn" : "fail";
  // All of them have one of these.
  if (!/[<[【{#*:]/.test(text)) return [];
  const of = (pattern: RegExp, add: (start: number, end: number, said: string) => void): void =>
    eachHit(pattern, text, ({ index, 0: said }) => add(index, index + said.length, said));
  of(TEMPLATE, (start, end) => found.add("role_marks", grave, start, end));
  let elements = 0;
  of(ELEMENT, (start, end, said) => {
    if (said.startsWith("</")) return;
    // What a tool says of itself has no use for so many; a page may have.
    const many = ++elements > MAX_ELEMENTS;
    const status = kind === "asset" ? "warn" : many ? "fail" : elementStatus(text, start, said);
    found.add("role_element", status, start, end);
  });
  of(BRACKETS, (start, end, said) => {
    found.add("role_heading", kind !== "asset" && GRAVE.test(said) ? "fail" : "warn", start, end);
  });
  of(FILLED_IMAGE, (start, end) => found.add("data_link", grave, start, end));
  of(JSON_ROLE, (start, end) => found.add("role_in_json", "warn", start, end));
  if (kind !== "asset") {
    const turns: [number, number][] = [];
    of(TURN, (start, end) => turns.push([start, end]));
    if (turns.length > 1) for (const [start, end] of turns) found.add("role_turn", "warn", start, end);
  }
  return found.all;
}

/** An element with words in it orders; one that is only named (`<system>` as what to put in) may be a placeholder. */
function elementStatus(text: string, start: number, tag: string): "fail" | "warn" {
  const after = text.slice(start + tag.length, start + tag.length + 400);
  const name = /[a-z]+/i.exec(tag)?.[0].toLowerCase() ?? "";
  const words = (after.split("<")[0] ?? "").match(/\p{L}{2,}|[\p{Script=Han}]/gu)?.length ?? 0;
  const closes = after.toLowerCase().includes(`</${name}`);
  return (closes && words > 1) || (words > 4 && tag === tag.toUpperCase()) ? "fail" : "warn";
}
