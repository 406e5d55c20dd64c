// A WASI preview 1 command (spec 10.4): one JSON object on stdin, one on stdout, argv[1] names the tool.
import { Fields, parseFields, quote } from "./json";
import { appendFile, argument, exit, readFile, readInput, writeLog, writeOutput } from "./wasi";

/** What the runtime calls on an assertion that does not hold; no import of its own. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  writeLog((message ? message : "abort") + "\n");
  exit(70);
}

function refuse(problem: string): void {
  writeLog(problem + "\n");
  exit(1);
}

/** `{ text, upper? }` -> `{ text, characters }` */
function echo(input: Fields): string {
  const text = input.flag("upper") ? input.text("text").toUpperCase() : input.text("text");
  return '{"text":' + quote(text) + ',"characters":' + text.length.toString() + "}";
}

/** `{ text }` -> `{ saved, notes }`: appends a line to the notes below the write root and says how many there are. */
function note(input: Fields): string {
  const line = input.text("text").replaceAll("\n", " ") + "\n";
  const saved = appendFile("notes", "notes.txt", line);
  const all = readFile("notes", "notes.txt");
  const count = all ? all.split("\n").length - 1 : 0;
  return '{"saved":' + (saved ? "true" : "false") + ',"notes":' + count.toString() + "}";
}

/** `{ text }` -> the request that would send the text; nobody sends it, so the manifest asks for no host and no secret. */
function request(input: Fields): string {
  const url = "https://api.example.com/v1/echo?text=" + encodeURIComponent(input.text("text"));
  return '{"method":"GET","url":' + quote(url) + ',"secret_header":"authorization","secret_key":"api_token"}';
}

const input = parseFields(readInput());
if (input.problem.length > 0) refuse("the input is not what this skill takes: " + input.problem);
else if (!input.has("text")) refuse('the input has no "text"');
else {
  const tool = argument(1);
  if (tool == "acme.echo" || tool == "") writeOutput(echo(input));
  else if (tool == "acme.note") writeOutput(note(input));
  else if (tool == "acme.request") writeOutput(request(input));
  else refuse("no tool " + tool + " here");
}
