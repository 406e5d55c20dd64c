import fc from "fast-check";
import { expect, it } from "vitest";
import { purePlatform as platform } from "../../src/platform/index.ts";
import { drawFingerprint } from "../../src/signature/index.ts";

it("is the walk that OpenSSH draws for the same digest", () => {
  // `ssh-keygen -lv` of this key: OpenSSH hashes the whole blob, so the blob is what is drawn here.
  const blob = Buffer.from("AAAAC3NzaC1lZDI1NTE5AAAAINz1TPe3wKYnhGK2nouyUYo41O765bAtLbGa7X3ndz6n", "base64");
  expect(drawFingerprint(blob, platform).slice(1, -1)).toEqual([
    "| o+. .=.=*++     |",
    "|...oo= %.=B .    |",
    "| .o...B X+ .     |",
    "| .. .  *. o      |",
    "|E..o    S+       |",
    "|. *.    ..       |",
    "| +.o             |",
    "|.o.              |",
    "|=                |",
  ]);
});

it("is the same every time, eleven lines of nineteen printable characters, with one end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const picture = drawFingerprint(key, platform);
      expect(drawFingerprint(Uint8Array.from(key), platform)).toEqual(picture);
      expect(picture).toHaveLength(11);
      for (const line of picture) expect(line).toMatch(/^[ -~]{19}$/);
      const field = picture.slice(1, -1).join("");
      expect(field.match(/E/g)).toHaveLength(1);
      expect((field.match(/S/g) ?? []).length).toBeLessThanOrEqual(1);
      expect(field).toMatch(/^[| .o+=*BOX@%&#/^SE]+$/);
    }),
  );
});

it("is another for nearly every other key", () => {
  const pictures = new Set(Array.from({ length: 200 }, (_, at) => drawFingerprint(new Uint8Array(32).fill(at), platform).join()));
  expect(pictures.size).toBe(200);
});
