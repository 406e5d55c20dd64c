import { instructionMatches } from "../instructions/instructions.ts";
import { eachHit, Matches, type TextKind, type TextMatch } from "../match.ts";

/** Characters of a comment or an element that are looked at. */
const MAX_LOOK = 4000;
/** Comments, and hidden elements, of one text that are looked into. */
const MAX_ELEMENTS = 200;

/**
 * Markup that a person does not see and a model reads: comments, elements of no size or the background's colour, links that
 * carry their target with them. Pages and documents have such things for their own reasons, so in an asset they are told
 * only where they speak to a model.
 */
export function markupMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  if (kind === "name" || !/[<[]/.test(text)) return [];
  comments(text, kind, found);
  hiddenElements(text, kind, found);
  activeMarkup(text, kind, found);
  return found.all;
}

function comments(text: string, kind: TextKind, found: Matches): void {
  let looked = 0;
  // What a tool says of itself has no use for so many; a page may have.
  const look = (body: string, start: number, end: number): void => {
    if (kind !== "asset" && ++looked > MAX_ELEMENTS) found.add("hidden_comment", "fail", start, end);
    else comment(body, start, end, kind, found);
  };
  for (let start = text.indexOf("<!--"); start !== -1 && found.hasRoom("hidden_comment", "fail"); ) {
    const close = text.indexOf("-->", start + 4);
    const end = close === -1 ? text.length : close + 3;
    look(text.slice(start + 4, Math.min(close === -1 ? end : close, start + MAX_LOOK)), start, end);
    start = text.indexOf("<!--", end);
  }
  eachHit(LINK_COMMENT, text, ({ index, 0: whole, 1: body = "" }) => {
    if (found.hasRoom("hidden_comment", "fail")) look(body, index, index + whole.length);
  });
}

/** Markdown that is never shown: `[//]: # (…)`. */
const LINK_COMMENT = /^ {0,3}\[(?:\/\/|comment|_|#)\]:[ \t]*(?:#|<>)[ \t]*([^\n]{1,2000})/gim;

function comment(body: string, start: number, end: number, kind: TextKind, found: Matches): void {
  const spoken = instructionMatches(body, "tool");
  const orders = spoken.some(({ status }) => status === "fail");
  if (orders || (kind !== "asset" && RUNS_OR_SPEAKS.test(body))) found.add("hidden_comment", "fail", start, end);
  else if (spoken.length > 0 || (kind !== "asset" && /\w/.test(body))) found.add("hidden_comment", "warn", start, end);
}

/** Words by which a comment in a tool's description speaks to a model, or brings code. */
const RUNS_OR_SPEAKS =
  /\b(?:system|assistant|agent|ai|llm|model|always|must|never|ignore|secret|password|token|curl|wget|exec|eval|require|include|import|spawn|sudo|bash|powershell)\b|\$\(|`[^`]{3}|https?:/i;

const OPENING = /<([a-z][a-z0-9]{0,20})\b([^<>]{1,1000})>/gi;
const UNSEEN =
  /\bstyle\s{0,4}=\s{0,4}["'][^"']{0,400}(?:display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|font-size\s{0,4}:\s{0,4}(?:0|1px|0\.\d)|opacity\s{0,4}:\s{0,4}0(?![.\d])|(?<![\w-])color\s{0,4}:\s{0,4}(?:white|transparent|#fff(?:fff)?\b|rgba?\(\s{0,4}255\s{0,4},\s{0,4}255\s{0,4},\s{0,4}255)|(?:left|top|text-indent)\s{0,4}:\s{0,4}-\d{3,}|(?:max-)?(?:height|width)\s{0,4}:\s{0,4}0(?:px)?\s{0,4}[;"'])|\bhidden\b(?!\s{0,4}=\s{0,4}["']?false)/i;

/** What no page needs: text of no size, or white on white. */
const UNREADABLE =
  /font-size\s{0,4}:\s{0,4}0(?![.\d])|(?<![\w-])color\s{0,4}:\s{0,4}(white|#fff(?:fff)?)\b[^"']{0,200}background(?:-color)?\s{0,4}:\s{0,4}\1|background(?:-color)?\s{0,4}:\s{0,4}(white|#fff(?:fff)?)\b[^"']{0,200}(?<![\w-])color\s{0,4}:\s{0,4}\2/i;

function hiddenElements(text: string, kind: TextKind, found: Matches): void {
  let looked = 0;
  for (const hit of text.matchAll(OPENING)) {
    if (!UNSEEN.test(hit[2] ?? "")) continue;
    if (looked++ === MAX_ELEMENTS) {
      // What a tool says of itself has no use for so many; a page may have.
      if (kind !== "asset") found.add("hidden_element", "fail", hit.index, hit.index + hit[0].length);
      return;
    }
    const from = hit.index + hit[0].length;
    const inside = text.slice(from, from + MAX_LOOK);
    const close = inside.search(new RegExp(`</${hit[1]}`, "i"));
    const body = (close === -1 ? inside : inside.slice(0, close)).replace(/<[^<>]{0,400}>/g, " ");
    const words = wordsIn(body);
    const orders = instructionMatches(body, "tool");
    const end = from + (close === -1 ? 0 : close);
    if (orders.some(({ status }) => status === "fail")) found.add("hidden_element", "fail", hit.index, end);
    else if (orders.length > 0 && !UNREADABLE.test(hit[2] ?? "")) found.add("hidden_element", "warn", hit.index, end);
    else if (words > 2 && (kind !== "asset" || (UNREADABLE.test(hit[2] ?? "") && wordsIn(inside.split("<")[0] ?? "") > 2)))
      found.add("hidden_element", "fail", hit.index, end);
  }
}

const wordsIn = (text: string): number => text.match(/\p{L}{2,}/gu)?.length ?? 0;

/** A link whose target is code or a page of its own. */
const ACTIVE_LINK =
  /(?:\b(?:href|src|action|formaction|xlink:href)\s{0,4}=\s{0,4}["']?\s{0,4}|\]\(\s{0,4}<?)(?:javascript|vbscript|data:(?:text\/html|text\/javascript|application\/(?:x-)?javascript|image\/svg\+xml))[:;,]/gi;
const ACTIVE_ELEMENT =
  /<(?:script|iframe|object|embed)\b[^<>]{0,400}>(?=[^<]{0,400}[\w(])|<[a-z][^<>]{0,200}\son[a-z]{3,20}\s{0,4}=\s{0,4}["']?[^\s"'>]/gi;

/** A picture from elsewhere: showing it tells its server that, when and where it was shown. */
const REMOTE_IMAGE =
  /!\[(?:(?!!\[)[^\]\n]){0,200}\]\(\s{0,2}<?(?:https?:)?\/\/[^)\s]{1,300}|<img\b[^<>]{0,400}?\ssrc\s{0,4}=\s{0,4}["']?\s{0,4}(?:https?:)?\/\/[^"'\s<>]{1,300}/gi;

function activeMarkup(text: string, kind: TextKind, found: Matches): void {
  if (kind === "asset") return;
  eachHit(ACTIVE_LINK, text, ({ index, 0: said }) => found.add("active_link", "fail", index, index + said.length));
  eachHit(REMOTE_IMAGE, text, ({ index, 0: said }) => found.add("remote_image", "warn", index, index + said.length));
  eachHit(ACTIVE_ELEMENT, text, ({ index, 0: said }) => found.add("active_markup", "warn", index, index + said.length));
}
