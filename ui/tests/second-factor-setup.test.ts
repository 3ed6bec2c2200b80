import { expect, test } from "vitest";
import { page } from "vitest/browser";

import { SECOND_FACTOR_SECRET } from "../src/lib/backend/fake/second-factor";
import { at, expectAccessible, open, press, prefer, schemes } from "./console";

/** Everything that the window's page holds. */
const html = () => document.documentElement.outerHTML;

async function begin(): Promise<void> {
  await at("user-menu").click();
  await at("second-factor").click();
  await expect.element(at("second-factor-password")).toBeVisible();
}

test.each(schemes)("a second factor is set up, step by step (%s)", async (scheme) => {
  await prefer(scheme);
  const backend = await open();
  const calls: unknown[][] = [];
  const { beginSecondFactor, copySecret, saveSecret } = backend;
  backend.beginSecondFactor = (...args) => (calls.push(args), beginSecondFactor(...args));
  backend.copySecret = (...args) => (calls.push(args), copySecret(...args));
  backend.saveSecret = (...args) => (calls.push(args), saveSecret(...args));
  await begin();
  await expectAccessible();
  await at("second-factor-password").fill("wrong");
  await press("{Enter}");
  await expect.element(at("error")).toHaveAttribute("data-code", "wrong-password");
  await at("second-factor-password").fill("right");
  await press("{Enter}");

  await expect.element(at("qr")).toBeVisible();
  await expect.element(at("second-factor-secret")).toHaveTextContent(SECOND_FACTOR_SECRET);
  await expect.element(at("second-factor-code")).toHaveFocus();
  await expectAccessible();
  await press("000000", "{Enter}");
  await expect.element(at("error")).toHaveAttribute("data-code", "code-refused");
  await expect.element(at("second-factor-code")).toHaveValue("");
  await press("123456", "{Enter}");

  await expect.element(at("recovery-codes")).toBeVisible();
  expect(page.getByTestId("recovery-codes").element().querySelectorAll("li").length).toBe(10);
  expect(html()).not.toContain(SECOND_FACTOR_SECRET);
  await expectAccessible();
  await expect.element(at("second-factor-done")).toBeDisabled();
  await press("{Escape}");
  await expect.element(at("recovery-codes")).toBeVisible();
  await at("copy-codes").click();
  await expect.element(at("codes-state")).toHaveTextContent("The clipboard is cleared in 30 seconds");
  backend.clearClipboard(2);
  await expect.element(at("codes-state")).toHaveTextContent("The clipboard was cleared");
  await at("print-codes").click();
  await at("save-codes").click();
  await expect
    .element(page.getByText("Saved as ~/Documents/keyfold-recovery-codes.txt", { exact: false }))
    .toBeVisible();
  await at("codes-kept").click();
  await at("second-factor-done").click();
  await expect.element(at("second-factor-dialog")).not.toBeInTheDocument();
  const name = "keyfold-recovery-codes.txt";
  expect(calls).toEqual([
    ["wrong", null],
    ["right", null],
    [2, name],
    [2, name],
  ]);
  expect(backend.calls).toContain("printWindow");
  await expect.poll(() => backend.calls).toContain("forgetRecoveredKey");
  expect(html()).not.toContain("k7m2p");
});

test("another one takes a code of the one before", async () => {
  const backend = await open();
  backend.factor = { setUp: true, mustBeSetUp: false, recoveryCodesLeft: 1 };
  await begin();
  await expect.element(page.getByText("1 unused recovery code", { exact: false })).toBeVisible();
  await at("second-factor-password").fill("right");
  await expect.element(at("begin-second-factor")).toBeDisabled();
  await at("second-factor-present-code").fill("000000");
  await press("{Enter}");
  await expect.element(at("error")).toHaveAttribute("data-code", "code-refused");
  await at("second-factor-present-code").fill("123456");
  await press("{Enter}");
  await expect.element(at("qr")).toBeVisible();
});

test("where one is demanded, sign-in leads there and on from there", async () => {
  const backend = await open({ signedIn: false });
  backend.factor = { setUp: false, mustBeSetUp: true, recoveryCodesLeft: 0 };
  backend.failNext("scopes", "second-factor-not-set-up");
  await at("sign-in-user").fill("maria.engel");
  await at("sign-in-password").fill("right");
  await press("{Enter}");
  await expect.element(at("second-factor-demanded")).toBeVisible();
  await at("second-factor-password").fill("right");
  await press("{Enter}");
  await at("second-factor-code").fill("123456");
  await press("{Enter}");
  await at("codes-kept").click();
  await press("{Enter}");
  await expect.element(at("coverage-headline")).toBeVisible();
});

test("who does not want one where it is demanded is signed out", async () => {
  const backend = await open({ signedIn: false });
  backend.failNext("scopes", "second-factor-not-set-up");
  await at("sign-in-user").fill("maria.engel");
  await at("sign-in-password").fill("right");
  await press("{Enter}");
  await expect.element(at("second-factor-demanded")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).last().click();
  await expect.element(at("sign-in-user")).toBeVisible();
});

test("a closed dialog leaves no secret of it behind", async () => {
  await open();
  await begin();
  await at("second-factor-password").fill("right");
  await press("{Enter}");
  await expect.element(at("qr")).toBeVisible();
  const path = document.querySelector("[data-testid=qr] path")?.getAttribute("d") ?? "no code";
  await press("{Escape}");
  await expect.element(at("second-factor-dialog")).not.toBeInTheDocument();
  expect(html()).not.toContain(path);
  expect(html()).not.toContain(SECOND_FACTOR_SECRET);
});
