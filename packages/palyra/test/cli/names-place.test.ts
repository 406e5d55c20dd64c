// T44: what a client elsewhere is told names no place of this host.
import { describe, expect, it } from "vitest";
import { namesPlace } from "../../src/operations/wording/typed.ts";

describe("a text that names a place", () => {
  it.each([
    "cannot read /home/op/audit.json",
    'cannot read "/home/op/audit.json"',
    "(named by $X)=/srv",
    "cannot read C:\\Users\\op\\audit.json",
    "cannot read C:/Users/op/audit.json",
    "c:/",
    "reason:C:/Users",
    "problem:/home/op",
    "cannot read \\\\server\\share\\audit.json",
    "cannot read \\\\?\\C:\\audit.json",
    "reason:\\\\server\\share",
    "//server/share",
    "see file:///home/op/notes",
    "see FILE:/home/op/notes",
    "see file://server/share",
    "see https://example.com/why, /home/op",
    "https://example.com(/home/op)",
    "~/state",
  ])("is known for one: %s", (text) => {
    expect(namesPlace(text)).toBe(true);
  });

  it.each([
    "see https://example.com/why/-/it?at=/a#/b",
    "https://[::1]:8443/x and http://127.0.0.1:8080/",
    "example.com:8443/x",
    "oci://registry.example.com/acme/echo",
    "at 12:30:05, 24/7, 30 MB/s, and/or, été/hiver",
    "a ratio of 3:4, or 1/2",
    "2026-01-31T12:00:00Z",
    "./skills or ../skills",
    "application/json; charset=utf-8",
    "palyra:plugins/host-capabilities@0.1.0",
    "global/weather@api.example.com/authorization",
    "/ alone, and a backslash \\ alone, and C: alone",
    "key: pins.acme[2]",
  ])("is no other: %s", (text) => {
    expect(namesPlace(text)).toBe(false);
  });
});
