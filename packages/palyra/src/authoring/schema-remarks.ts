import type { Manifest } from "palyra-skills/manifest";
import { type Unheard, unheardKeywords } from "palyra-skills/schema";

/** As an audit looks at schemas by default; what is beyond that it fails. */
const LIMITS = { maxDepth: 32, maxSubschemas: 2000 };
/** Words that are told one by one. */
const MAX_REMARKS = 5;

/**
 * Words in a tool's schemas that are like a keyword and mean nothing, each as a remark: JSON Schema passes over them, and so whatever
 * they were to forbid passes, too. No audit fails for them, since anybody may add words of their own.
 */
export function schemaRemarks({ entrypoints: { tools } }: Manifest): readonly string[] {
  const found = tools.flatMap(({ id, ...tool }) =>
    (["input_schema", "output_schema"] as const).flatMap((name) =>
      unheardKeywords(tool[name], LIMITS).map((unheard) => inWords(unheard, `${name} of ${id}`)),
    ),
  );
  const more = found.length - MAX_REMARKS;
  return [...found.slice(0, MAX_REMARKS), ...(more > 0 ? [`${more} more words in schemas are like a keyword, and none`] : [])];
}

/** What is a stranger's comes last: however long it is, the rest is read. */
function inWords({ path, keyword, draft, like }: Unheard, schema: string): string {
  const at = path.slice(1, -keyword.length - 1);
  const where = `the ${schema}${at === "" ? "" : `, at ${at}`}`;
  return like === undefined
    ? `${keyword} is no keyword of JSON Schema ${draft}, so that it forbids nothing ("$schema" names the draft): in ${where}`
    : `${keyword} is no keyword of JSON Schema, so that it forbids nothing; is ${like} meant? It is in ${where}`;
}
