import { expect, test } from "vitest";

import { ago, byName, elapsed, inFours, initials, shortened } from "../src/lib/format";

const noon = new Date(2026, 5, 15, 12, 0);
const at = (days: number, hours = 0) => new Date(2026, 5, 15 + days, 12 + hours).toISOString();

test("moments are told as people tell them", () => {
  expect(ago(at(0, -3), noon)).toMatch(/^today /u);
  expect(ago(at(-1), noon)).toMatch(/^yesterday /u);
  expect(ago(at(-9), noon)).toBe("9 days ago");
  expect(ago(at(-40), noon)).toContain("2026");
  expect(ago(at(2), noon)).toMatch(/2026.*\d/u);
});

test("yesterday is the calendar's, not 24 hours", () => {
  expect(ago(new Date(2026, 5, 14, 23, 59).toISOString(), new Date(2026, 5, 15, 0, 1))).toMatch(
    /^yesterday/u,
  );
});

test("fingerprints are grouped and identifiers shortened without loss at the ends", () => {
  expect(inFours("0123456789")).toEqual(["0123", "4567", "89"]);
  expect(inFours("")).toEqual([]);
  expect(shortened("0123456789abcdef")).toBe("01234567…cdef");
  expect(shortened("short")).toBe("short");
});

test("names sort as people count, and initials survive any name", () => {
  expect(["ws-10", "ws-2", "Ws-1"].sort(byName)).toEqual(["Ws-1", "ws-2", "ws-10"]);
  expect(initials("Maria von Engel")).toBe("ME");
  expect(initials("")).toBe("");
  expect(initials("👩‍⚕️ 🏥")).not.toMatch(/\uFFFD/u);
});

test("a validity is over at its end, and a broken one at once", () => {
  expect(elapsed(at(-5), at(5), noon)).toBeCloseTo(0.5);
  expect(elapsed(at(1), at(5), noon)).toBe(0);
  expect(elapsed(at(5), at(-5), noon)).toBe(1);
});
