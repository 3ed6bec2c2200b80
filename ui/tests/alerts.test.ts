import { expect, test } from "vitest";
import { page } from "vitest/browser";

import { at, choose, open, openAsOfficer, press } from "./console";

const alerts = () => page.getByTestId("alert").elements().length;

/** The form of a rule in the dialog. */
const rule = (kind: string) => page.getByTestId("alert-rules").getByRole("group", { name: kind });

test("the count stands in the head and leads to what to do", async () => {
  const backend = await open();
  const open_ = backend.alertList.length;
  await expect.element(at("alert-count")).toHaveTextContent(String(open_));
  await at("head-alerts").click();
  await expect.poll(alerts).toBe(open_);
  await expect.element(page.getByText("adm-003: a credential that had ended was used")).toBeVisible();
  await expect.element(page.getByText("St. Anna, Radiology: expires in 26 days")).toBeVisible();
  await at("alert-account").click();
  await expect.element(page.getByRole("heading", { level: 1, name: "adm-003" })).toBeVisible();

  await press("{Control>}3{/Control}");
  await at("alert-request").click();
  await expect.element(at("request-scope")).toBeVisible();
});

test("alerts come and go as they happen", async () => {
  const backend = await open();
  await at("head-alerts").click();
  await expect.poll(alerts).toBe(backend.alertList.length);
  backend.alertList = backend.alertList.slice(0, 1);
  backend.tell({ what: "alerts" });
  await expect.poll(alerts).toBe(1);
  await expect.element(at("alert-count")).toHaveTextContent("1");
  backend.alertList = [];
  backend.tell({ what: "alerts" });
  await expect.element(at("no-alerts")).toBeVisible();
  await expect.element(at("alert-count")).not.toBeInTheDocument();
});

test("many alerts are listed part by part", async () => {
  const backend = await open();
  const one = backend.alertList[0];
  if (!one) throw new Error("no sample alert");
  backend.alertList = Array.from({ length: 250 }, (_, index) => ({ ...one, id: String(index) }));
  await at("head-alerts").click();
  await expect.poll(alerts).toBe(200);
  await at("more-alerts").click();
  await expect.poll(alerts).toBe(250);
  await expect.element(at("more-alerts")).not.toBeInTheDocument();
});

test("a list that can't be fetched says why", async () => {
  const backend = await open();
  backend.failNext("alerts", "store-failed");
  await at("head-alerts").click();
  await expect.element(at("error")).toBeVisible();
});

test("a rule is set for a scope, inherited below it, and taken away", async () => {
  await open();
  await choose("Hospitals", "menu-alert-rules");
  const ending = () => rule("Certificate ends soon");
  await expect.element(ending().getByTestId("rule-origin")).toHaveTextContent("As the platform has it");
  await expect.element(ending().getByTestId("rule-days")).toHaveValue("90 30 7 1");
  await expect.element(ending().getByTestId("rule-inherit")).not.toBeInTheDocument();
  await ending().getByTestId("rule-days").fill("60, x");
  await ending().getByTestId("rule-save").click();
  await expect.element(ending().getByRole("alert")).toBeVisible();
  await ending().getByTestId("rule-days").fill("60, 10");
  await ending().getByTestId("rule-recipients").fill("ann@example.org bob@example.org");
  await ending().getByTestId("rule-save").click();
  await expect.element(ending().getByTestId("rule-origin")).toHaveTextContent("Set here");
  await at("dialog-close").click();

  await choose("Riverside Clinic", "menu-alert-rules");
  await expect.element(ending().getByTestId("rule-origin")).toHaveTextContent("From Hospitals");
  await expect.element(ending().getByTestId("rule-days")).toHaveValue("60 10");
  await expect
    .element(ending().getByTestId("rule-recipients"))
    .toHaveValue("ann@example.org bob@example.org");
  await at("dialog-close").click();

  await choose("Hospitals", "menu-alert-rules");
  await ending().getByTestId("rule-inherit").click();
  await expect.element(ending().getByTestId("rule-origin")).toHaveTextContent("As the platform has it");
});

test("a rule that is refused says why and stays as it was typed", async () => {
  const backend = await open();
  backend.sendsMail = false;
  await choose("Hospitals", "menu-alert-rules");
  await expect.element(at("no-mail")).toBeVisible();
  const used = rule("Ended credential used");
  await expect.element(used.getByTestId("rule-days")).not.toBeInTheDocument();
  backend.failNext("changeAlertRule", "alert-rule-refused");
  await used.getByTestId("rule-recipients").fill("nobody");
  await used.getByTestId("rule-save").click();
  await expect.element(at("error")).toBeVisible();
  await expect.element(used.getByTestId("rule-recipients")).toHaveValue("nobody");
});

test("an officer sees no alerts and asks for none", async () => {
  const backend = await openAsOfficer();
  await expect.element(at("head-alerts")).not.toBeInTheDocument();
  expect(backend.calls).not.toContain("alertCount");
});
