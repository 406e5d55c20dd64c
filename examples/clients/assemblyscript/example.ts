// All of `palyra:skills/host@1` from AssemblyScript, with the WASI and JSON of `echo-http`.
import { list, read, remove, secret, send, write } from "./host";
import { argument, exit, readInput, writeLog, writeOutput } from "../../echo-http/assembly/wasi";
import { parseFields, quote } from "../../echo-http/assembly/json";

export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  writeLog((message ? message : "abort") + "\n");
  exit(70);
}

/** `{ url, secret, path, text }` -> what the host gave for each, or the number of its error. */
function run(): void {
  const input = parseFields(readInput());
  const path = input.text("path");
  const parts: string[] = ['"tool":' + quote(argument(1))];
  const answer = send('{"method":"GET","url":' + quote(input.text("url")) + "}", new Uint8Array(0));
  if (answer.error < 0) parts.push('"http":' + answer.error.toString());
  else {
    const head = answer.head();
    const body = answer.body();
    parts.push('"head":' + (head.error < 0 ? head.error.toString() : head.text()));
    parts.push('"body":' + (body.error < 0 ? body.error.toString() : quote(body.text())));
    answer.close();
  }
  const value = secret(input.text("secret"));
  parts.push('"secret":' + (value.error < 0 ? value.error.toString() : quote(value.text())));
  parts.push('"written":' + write(path, Uint8Array.wrap(String.UTF8.encode(input.text("text")))).toString());
  const back = read(path);
  parts.push('"read":' + (back.error < 0 ? back.error.toString() : quote(back.text())));
  const slash = path.lastIndexOf("/");
  const listed = list(slash < 0 ? path : path.substring(0, slash));
  parts.push('"list":' + (listed.error < 0 ? listed.error.toString() : listed.text()));
  parts.push('"removed":' + remove(path).toString());
  writeOutput("{" + parts.join(",") + "}");
}
run();
