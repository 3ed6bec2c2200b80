import { expect, test } from "vitest";
import { page } from "vitest/browser";

import type { ReportRowView } from "../src/lib/bindings";
import type { FakeBackend } from "../src/lib/backend/fake/fake";
import { expiries } from "../src/lib/state/expiries";
import { at, expectAccessible, open, press, prefer, schemes } from "./console";

async function openReport(): Promise<FakeBackend> {
  const backend = await open();
  await press("{Control>}k{/Control}");
  await at("palette-input").fill("run report");
  await press("{Enter}");
  await expect.element(at("report-row")).toBeVisible();
  return backend;
}

const rows = () => page.getByTestId("report-row").elements().length;

test.each(schemes)("the report is filtered and saved as it is shown, in %s", async (scheme) => {
  await prefer(scheme);
  const backend = await openReport();
  await at("report-filter").fill("radiology");
  await expect.poll(rows).toBe(2);
  await at("save-report").click();
  await expect.element(at("report-saved")).toHaveTextContent("Group Certificates Active.csv");
  await expectAccessible();
  expect(backend.saved.length).toBe(3);
  expect(backend.saved[0]?.slice(0, 3)).toEqual(["Group or Collection", "Path", "Kind"]);
  expect(backend.saved[1]?.slice(0, 3)).toEqual(["St. Anna, Radiology", "Northwind › Hospitals", "Group"]);
  await at("report-filter").fill("zzz");
  await expect.element(page.getByText("No row matches the filter.")).toBeVisible();
  await expect.element(at("save-report")).toBeDisabled();
});

test("a report that can't be saved says why", async () => {
  const backend = await openReport();
  backend.failNext("saveTable", "file-not-written", { path: "/x/report.csv", reason: "read-only" });
  await at("save-report").click();
  await expect.element(at("error")).toBeVisible();
});

test("the timeline counts each certificate once, in the month in which it expires", () => {
  const now = new Date(2026, 10, 25);
  const row = (certificate: string, notAfter: Date, daysLeft: number) =>
    ({ certificate, notAfter: notAfter.toISOString(), daysLeft }) as ReportRowView;
  const months = expiries(
    [
      row("a", new Date(2026, 11, 20), 25),
      row("a", new Date(2026, 11, 20), 25),
      row("b", new Date(2026, 11, 1), 6),
      row("c", new Date(2027, 0, 1), 37),
    ],
    now,
  );
  expect(months.slice(0, 3).map((month) => month.certificates.length)).toEqual([0, 2, 1]);
  expect(months[1]?.daysLeft).toBe(6);
  expect(months.length).toBe(34);
});
