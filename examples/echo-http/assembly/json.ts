// JSON objects whose values are strings, booleans or null: all that the tools of this skill take. Strict (RFC 8259): what is
// not such an object is refused with its place.

export class Fields {
  private strings: Map<string, string> = new Map<string, string>();
  private flags: Map<string, bool> = new Map<string, bool>();
  /** Not empty: what is wrong with the text. */
  problem: string = "";

  text(key: string): string {
    return this.strings.has(key) ? this.strings.get(key) : "";
  }
  has(key: string): bool {
    return this.strings.has(key);
  }
  flag(key: string): bool {
    return this.flags.has(key) && this.flags.get(key);
  }
  setText(key: string, value: string): void {
    this.strings.set(key, value);
  }
  setFlag(key: string, value: bool): void {
    this.flags.set(key, value);
  }
  known(key: string): bool {
    return this.strings.has(key) || this.flags.has(key);
  }
}

class Reader {
  at: i32 = 0;
  problem: string = "";
  constructor(private text: string) {}

  fail(problem: string): void {
    if (this.problem.length == 0) this.problem = problem + " at character " + (this.at + 1).toString();
  }
  peek(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }
  space(): void {
    for (let c = this.peek(); c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09; c = this.peek()) this.at++;
  }
  take(code: i32, what: string): bool {
    this.space();
    if (this.peek() != code) {
      this.fail("expected " + what);
      return false;
    }
    this.at++;
    return true;
  }
  word(word: string): bool {
    if (this.text.substr(this.at, word.length) != word) return false;
    this.at += word.length;
    return true;
  }
  hex4(): i32 {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const c = this.peek();
      let digit = -1;
      if (c >= 0x30 && c <= 0x39) digit = c - 0x30;
      else if ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66) digit = (c | 0x20) - 0x57;
      if (digit < 0) {
        this.fail("expected four hexadecimal digits");
        return 0;
      }
      value = (value << 4) | digit;
      this.at++;
    }
    return value;
  }
  string(): string {
    if (!this.take(0x22, "a string")) return "";
    const parts: string[] = [];
    while (this.problem.length == 0) {
      const from = this.at;
      let c = this.peek();
      while (c >= 0x20 && c != 0x22 && c != 0x5c) {
        this.at++;
        c = this.peek();
      }
      parts.push(this.text.substring(from, this.at));
      if (c == 0x22) {
        this.at++;
        return parts.join("");
      }
      if (c != 0x5c) {
        this.fail(c < 0 ? "the string is not closed" : "control character in a string");
        return "";
      }
      this.at++;
      c = this.peek();
      this.at++;
      if (c == 0x75) parts.push(String.fromCharCode(this.hex4()));
      else {
        const names = '"\\/bfnrt';
        const values = '"\\/\b\f\n\r\t';
        const index = c < 0 ? -1 : names.indexOf(String.fromCharCode(c));
        if (index < 0) this.fail("unknown escape");
        else parts.push(values.charAt(index));
      }
    }
    return "";
  }
}

export function parseFields(text: string): Fields {
  const fields = new Fields();
  const reader = new Reader(text);
  if (reader.take(0x7b, "{")) {
    reader.space();
    if (reader.peek() == 0x7d) reader.at++;
    else {
      while (true) {
        const key = reader.string();
        if (fields.known(key)) reader.fail("repeated key " + quote(key));
        reader.take(0x3a, ":");
        reader.space();
        if (reader.problem.length > 0) break;
        if (reader.peek() == 0x22) fields.setText(key, reader.string());
        else if (reader.word("true")) fields.setFlag(key, true);
        else if (reader.word("false")) fields.setFlag(key, false);
        else if (!reader.word("null")) reader.fail("expected a string, true, false or null");
        reader.space();
        if (reader.problem.length > 0) break;
        if (reader.peek() == 0x2c) {
          reader.at++;
          continue;
        }
        reader.take(0x7d, ", or }");
        break;
      }
    }
    reader.space();
    if (reader.peek() >= 0) reader.fail("text after the object");
  }
  fields.problem = reader.problem;
  return fields;
}

/** The text as a JSON string. */
export function quote(text: string): string {
  const parts: string[] = ['"'];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c == 0x22 || c == 0x5c) parts.push("\\" + String.fromCharCode(c));
    else if (c < 0x20) parts.push("\\u00" + (c < 16 ? "0" : "") + c.toString(16));
    else parts.push(String.fromCharCode(c));
  }
  parts.push('"');
  return parts.join("");
}
