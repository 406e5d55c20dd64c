import { describe, expect, it } from "vitest";
import { type Home, readRecordKey } from "../../src/lifecycle/index.ts";
import { newHome } from "./support.ts";

const NAME = "skills.receipts.key";
const keyOf = async (home: Home): Promise<string> => (await readRecordKey(home, NAME)).export().toString("hex");

describe("a key of this system's own", () => {
  it("is made once: of processes that find none at the same time each has the same", async () => {
    const home = newHome();
    const { records } = home;
    let first = "";
    const late: Home = {
      ...home,
      records: {
        ...records,
        // Another makes it, and uses it, after this one has found none.
        get: async (name) => {
          const found = await records.get(name);
          if (first === "") first = await keyOf(home);
          return found;
        },
      },
    };
    expect(await keyOf(late)).toBe(first);
    expect(await keyOf(home)).toBe(first);
  });

  it("takes the place of what is none", async () => {
    const home = newHome();
    await home.records.put(NAME, "nonsense");
    const made = await keyOf(home);
    expect(made).toMatch(/^[0-9a-f]{64}$/);
    expect(await keyOf(home)).toBe(made);
  });
});
