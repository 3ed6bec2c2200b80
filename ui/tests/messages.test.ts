import { expect, test } from "vitest";

import { Failure } from "../src/lib/backend/backend";
import { errorCodes, verdictCodes } from "../src/lib/bindings";
import { explain, verdict, words } from "../src/lib/messages/en";

const PARAMS = {
  server: "https://a.example",
  path: "p",
  folder: "f",
  name: "n",
  since: "2026-01-01T00:00:00Z",
};

test.each(errorCodes)("error %s says what happened and what to do", (code) => {
  expect(Object.keys(words.errors)).toContain(code);
  for (const params of [{}, PARAMS]) {
    const { what, next } = explain(new Failure({ code, params }));
    for (const text of [what, next]) {
      expect(text.trim().length).toBeGreaterThan(0);
      expect(text).not.toMatch(/undefined|\[object|!|successfully/u);
    }
  }
});

test("no words are left over from codes that are gone", () => {
  expect(
    Object.keys(words.errors).filter((code) => !(errorCodes as readonly string[]).includes(code)),
  ).toEqual([]);
  expect(
    Object.keys(words.verdicts).filter((code) => !(verdictCodes as readonly string[]).includes(code)),
  ).toEqual([]);
});

test.each(verdictCodes)("verdict %s says what was found and what to do", (code) => {
  expect(Object.keys(words.verdicts)).toContain(code);
  for (const file of [null, "private-key.json"]) {
    const { what, next } = verdict({ code, file });
    expect(`${what} ${next}`).not.toMatch(/undefined|null/u);
    expect(next.length).toBeGreaterThan(0);
  }
});

test("a code that is no code, or the name of something every object has, still has words", () => {
  for (const code of ["from-the-future", "constructor", "__proto__"]) {
    expect(explain({ code }).what).toBe(words.errors["internal"]?.({}).what);
  }
  expect(verdict({ code: "toString", file: null }).what).toBe("toString");
});

test("whatever is thrown becomes a failure with a code", () => {
  expect(Failure.from("plain words").code).toBe("internal");
  expect(Failure.from(new Error("broken")).params["reason"]).toContain("broken");
  expect(Failure.from({ code: "cancelled" }).code).toBe("cancelled");
});
