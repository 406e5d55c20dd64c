import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PalyraError } from "../../src/errors.ts";
import { resolveSettings, type SettingsOptions } from "../../src/settings.ts";

const posix = { os: "posix", home: "/home/system" } as const;
const windows = { os: "windows" } as const;
const none: SettingsOptions = {};
const refusal = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("settings of spec 11.1", () => {
  it("come from the home folder where nothing else is said", () => {
    const settings = resolveSettings(none, { HOME: "/home/ann" }, posix);
    expect(settings.stateRoot).toEqual({ value: "/home/ann/.local/state/palyra", from: "$HOME" });
    expect(settings.skillsDir).toEqual({ value: "/home/ann/.local/state/palyra/skills", from: "default" });
    expect(settings.trustStore.value).toBe("/home/ann/.local/state/palyra/skills/trust-store.json");
    expect(settings.journal.value).toBe("/home/ann/.local/state/palyra/data/journal.sqlite3");
    expect(settings.vaultDir.value).toBe("/home/ann/.local/state/palyra/vault");
    expect(settings.vaultBackend.value).toBe("auto");
    expect(settings.daemonUrl.value).toBe("http://127.0.0.1:7142");
    expect(settings.daemonToken.value).toBeUndefined();
    expect(settings.auditPolicy.value).toBeUndefined();
    expect(settings.proceduresDir.value).toBe("/home/ann/.palyra/skills");
    expect(settings.principal.value).toBe("user:local");
    expect(settings.deviceId.value).toBe("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    expect(settings.channel.value).toBeNull();
  });

  it("prefer the option, then Palyra's variable, then XDG's, then the home folder", () => {
    const env = { PALYRA_STATE_ROOT: "p", XDG_STATE_HOME: "/x", HOME: "/h" };
    expect(resolveSettings({ stateRoot: "./o/" }, env, posix).stateRoot).toEqual({ value: "./o/", from: "--state-root" });
    expect(resolveSettings(none, env, posix).stateRoot).toEqual({ value: "p", from: "$PALYRA_STATE_ROOT" });
    const xdg = { ...env, PALYRA_STATE_ROOT: undefined };
    expect(resolveSettings(none, xdg, posix).stateRoot).toEqual({ value: "/x/palyra", from: "$XDG_STATE_HOME" });
    expect(resolveSettings(none, {}, posix).stateRoot.value).toBe("/home/system/.local/state/palyra");
  });

  it("know Windows' folders", () => {
    const env = { LOCALAPPDATA: "C:\\l", APPDATA: "C:\\a" };
    expect(resolveSettings(none, { ...env, USERPROFILE: "C:\\u" }, windows).journal.value).toBe(
      "C:\\l\\Palyra\\data\\journal.sqlite3",
    );
    expect(resolveSettings(none, { APPDATA: "C:\\a\\", USERPROFILE: "C:\\u" }, windows).stateRoot.value).toBe("C:\\a\\Palyra");
  });

  it("give paths back as they were given", () => {
    const settings = resolveSettings({ stateRoot: "./o/", skillsDir: "../s//" }, { PALYRA_JOURNAL_DB_PATH: "j/../j" }, posix);
    expect(settings.trustStore.value).toBe("./o/skills/trust-store.json");
    expect(settings.skillsDir.value).toBe("../s//");
    expect(settings.proceduresDir.value).toBe("../s//");
    expect(settings.journal.value).toBe("j/../j");
  });

  it("leave the trust store where it is whatever --skills-dir says (spec 3.1)", () => {
    const settings = resolveSettings({ stateRoot: "/r", skillsDir: "/elsewhere" }, {}, posix);
    expect(settings.trustStore).toEqual({ value: "/r/skills/trust-store.json", from: "default" });
  });

  it("take the journal from the environment, then from the config file", () => {
    const config = { journalDbPath: "/c" };
    expect(resolveSettings({ stateRoot: "/r" }, {}, posix, config).journal.value).toBe("/c");
    expect(resolveSettings({ stateRoot: "/r" }, { PALYRA_JOURNAL_DB_PATH: "/e" }, posix, config).journal.value).toBe("/e");
  });

  it.each([{ skillsDir: " " }, { trustStore: "" }, { stateRoot: "\t" }, { auditPolicy: "" }, { principal: "" }] as const)(
    "refuse a blank option: %j",
    (options) => {
      expect(refusal(() => resolveSettings(options, { HOME: "/h" }, posix))).toHaveCode("Usage");
    },
  );

  it.each(["PALYRA_SKILLS_TRUST_STORE", "PALYRA_JOURNAL_DB_PATH"])("refuse a blank %s", (name) => {
    expect(refusal(() => resolveSettings(none, { HOME: "/h", [name]: "  " }, posix))).toHaveCode("Usage");
  });

  it("refuse an unknown vault backend and a missing home folder", () => {
    expect(refusal(() => resolveSettings(none, { HOME: "/h", PALYRA_VAULT_BACKEND: "plain" }, posix))).toHaveCode("Usage");
    expect(refusal(() => resolveSettings(none, {}, { os: "posix" }))).toHaveCode("Usage");
    expect(resolveSettings({ stateRoot: "/r" }, {}, { os: "posix" }).proceduresDir.value).toBeUndefined();
  });

  it("take the calls of tools at once from the environment, and refuse what is no number of them", () => {
    const calls = (value: string) => resolveSettings(none, { HOME: "/h", PALYRA_SANDBOX_CALLS: value }, posix).sandboxCalls;
    expect(calls("16")).toEqual({ value: 16, from: "$PALYRA_SANDBOX_CALLS" });
    expect(calls(" ").value).toBeUndefined();
    for (const value of ["0", "-1", "1025", "9999", "1e2", "many", "2.5", "007"])
      expect(
        refusal(() => calls(value)),
        value,
      ).toHaveCode("Usage");
  });

  it("refuse a journal elsewhere rather than overlook its quarantines, without showing the address", () => {
    const error = refusal(() => resolveSettings(none, { HOME: "/h", PALYRA_JOURNAL_URL: "postgres://u:pw@h/d" }, posix));
    expect(error).toHaveCode("JournalUnavailable");
    expect(JSON.stringify(error)).not.toContain("pw");
  });

  it("trim the vulnerability feed, and take a blank one as none", () => {
    const feed = (value: string) =>
      resolveSettings({ stateRoot: "/r" }, { HOME: "/h", PALYRA_SKILL_AUDIT_VULN_FEED_HOOK: value }, posix);
    expect(feed(" /feed ").vulnerabilityFeed.value).toBe("/feed");
    expect(feed(" ").vulnerabilityFeed.value).toBeUndefined();
  });

  it("never fail but with a code, whatever the words", () => {
    const text = fc.option(fc.string(), { nil: undefined });
    const words = fc.record({ stateRoot: text, skillsDir: text, trustStore: text, url: text, token: text, principal: text });
    const env = fc.dictionary(
      fc.constantFrom("HOME", "PALYRA_STATE_ROOT", "XDG_STATE_HOME", "PALYRA_VAULT_BACKEND"),
      fc.string(),
    );
    fc.assert(
      fc.property(words, env, (options, variables) => {
        const error = refusal(() => resolveSettings(options, variables, posix));
        expect(error === undefined || error instanceof PalyraError).toBe(true);
      }),
    );
  });
});
