import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { width } from "../../src/cli/text/width.ts";
import { asGiven, listed, MAX_SHOWN, quoted, safe } from "../../src/operations/wording/safe.ts";
import { HOSTILE, UNSAFE } from "./support.ts";

const anyText = fc.string({ unit: "binary", maxLength: 300 });

describe("T20: a stranger's text on a terminal", () => {
  it("shows what a terminal would obey as escapes", () => {
    expect(safe("\u001b[2J")).toBe("\\u{1b}[2J");
    expect(safe("a\nb\tc\rd")).toBe("a\\u{a}b\\u{9}c\\u{d}d");
    expect(safe("\u202egpj.exe")).toBe("\\u{202e}gpj.exe");
    expect(safe("\u{e0041}")).toBe("\\u{e0041}");
    expect(safe("a\u200bb")).toBe("a\\u{200b}b");
    expect(safe("\ud800")).toBe("\\u{d800}");
  });
  it("shows no user name and no password of a URL, wherever it stands and however long it is", () => {
    expect(safe("from https://me:s3c@ret@h.example/x, not http://s3cret@h:1?a@b")).toBe(
      "from https://***@h.example/x, not http://***@h:1?a@b",
    );
    expect(safe(`https://me:${"s3cret".repeat(200)}@h.example`)).toBe("https://***@h.example");
    expect(safe("mail me@example.org, see https://h.example/@me")).toBe("mail me@example.org, see https://h.example/@me");
  });
  it("T28, T44: hides nothing of what is to be answered with yes: before an @ may stand the host, or who else is written to", () => {
    for (const text of ['{"url":"https://evil.example\\\\@h.example/"}', '{"to":"://eve@evil.example,h@h.example"}'])
      expect([asGiven(text), safe(text)]).toEqual([text, expect.not.stringContaining("evil.example")]);
    expect(asGiven("\u202e\n".repeat(300), 4)).toBe(`${"\\u{202e}\\u{a}".repeat(2).slice(0, 21)}…`);
  });
  it("leaves what people write as it is", () => {
    for (const text of ["Echo + HTTP", "Größe 12 €", "日本語", "naïve café", "C:\\Users\\me", "🙂", "мир"])
      expect(safe(text)).toBe(text);
  });
  it("never lets anything unsafe through, whatever the text", () => {
    fc.assert(
      fc.property(
        anyText,
        (text) => !UNSAFE.test(safe(text)) && !UNSAFE.test(quoted(text)) && !UNSAFE.test(listed([text, text])),
      ),
    );
    expect(UNSAFE.test(HOSTILE)).toBe(true);
    expect(UNSAFE.test(safe(HOSTILE))).toBe(false);
  });
  it("is the same done twice", () => {
    fc.assert(fc.property(anyText, (text) => safe(safe(text)) === safe(text)));
  });
  it("bounds what it shows, by characters and not by halves of them", () => {
    expect([...safe("x".repeat(10_000))]).toHaveLength(MAX_SHOWN);
    expect(safe("🙂".repeat(300))).toBe("🙂".repeat(300));
    expect(safe("🙂".repeat(500)).endsWith("🙂…")).toBe(true);
    expect(safe("x".repeat(MAX_SHOWN))).toBe("x".repeat(MAX_SHOWN));
  });
});

describe("listed", () => {
  it("says how many more there are", () => {
    expect(listed(["a", "b"])).toBe("a, b");
    expect(listed(["a", "b", "c"], 2)).toBe("a, b and 1 more");
  });
});

describe("columns of a text", () => {
  it("are two for what terminals draw wide, none for what combines", () => {
    expect(width("abc")).toBe(3);
    expect(width("日本")).toBe(4);
    expect(width("🙂")).toBe(2);
    expect(width("e\u0301")).toBe(1);
    expect(width("Größe")).toBe(5);
  });
});
