import { bounded, type Corpus, interesting, joined, leb, mutate, overwrite, seed } from "./mutate.ts";
import type { Random } from "./random.ts";
import { randomModule } from "./wasm-module.ts";

const HEADER = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

export interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

/** A module with bytes changed, or sections, or one section whose length is put right again; or one made of random instructions. */
export function mutateModule(random: Random, corpus: Corpus): Uint8Array {
  const kind = random.below(10);
  if (kind < 2) return mutate(seed(random, corpus), random, corpus);
  if (kind < 5) return bounded(randomModule(random));
  const base = kind < 7 ? randomModule(random) : seed(random, corpus);
  const sections = sectionsOf(base);
  for (let times = 1 + random.size(4); times > 0; times--) changeSections(sections, random, corpus);
  return bounded(moduleOf(sections, random));
}

/** As far as the module can be split; what is left over is dropped. */
function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = HEADER.length; at < module.length; ) {
    const id = module[at] ?? 0;
    const [size, start] = readLeb(module, at + 1);
    sections.push({ id, body: module.subarray(start, start + size) });
    at = start + size;
  }
  return sections;
}

/** The sections in their order, each with its right length, now and then written longer than need be or wrong. */
function moduleOf(sections: readonly Section[], random: Random): Uint8Array {
  const parts = sections.flatMap(({ id, body }) => {
    const length = random.oneIn(100) ? interesting(random) : body.length;
    return [Uint8Array.of(id), leb(length, random.oneIn(50) ? random.below(6) : 0), body];
  });
  return joined(HEADER, ...parts);
}

function changeSections(sections: Section[], random: Random, corpus: Corpus): void {
  const at = random.below(sections.length);
  const section = sections[at] ?? { id: 0, body: new Uint8Array() };
  switch (random.below(10)) {
    case 0:
      sections.splice(at, 1);
      return;
    case 1:
      sections.splice(random.below(sections.length + 1), 0, section);
      return;
    case 2:
      sections.splice(at, 1);
      sections.splice(random.below(sections.length + 1), 0, section);
      return;
    case 3: {
      const other = random.pickAny(sectionsOf(seed(random, corpus)));
      if (other === undefined) return;
      // In the place of its kind: elsewhere it would be refused for that alone.
      const place = sections.findIndex(({ id }) => id === other.id);
      if (place < 0) sections.splice(random.below(sections.length + 1), 0, other);
      else sections[place] = other;
      return;
    }
    case 4:
      sections[at] = { id: random.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x7f]), body: section.body };
      return;
    case 5:
      sections[at] = { ...section, body: withInteger(section.body, random) };
      return;
    case 6:
      // The number of things at the start of most sections.
      sections[at] = { ...section, body: joined(leb(interesting(random)), section.body.subarray(1)) };
      return;
    default:
      sections[at] = { ...section, body: mutate(section.body, random, corpus) };
  }
}

/** A number of the section replaced by one of interest, as long as it is or not. */
function withInteger(body: Uint8Array, random: Random): Uint8Array {
  const at = random.below(body.length);
  const number = leb(interesting(random), random.oneIn(4) ? random.below(5) : 0);
  if (random.oneIn(2)) return overwrite(body, at, number);
  const [, end] = readLeb(body, at);
  return joined(body.subarray(0, at), number, body.subarray(end));
}

/** The value, and where it ends; wherever it is none, something. */
function readLeb(bytes: Uint8Array, from: number): readonly [value: number, end: number] {
  let value = 0;
  let at = from;
  for (let unit = 1; at < bytes.length && at < from + 5; at++, unit *= 0x80) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return [value, at + 1];
  }
  return [value, at];
}
