import { expect, test } from "vitest";

import { at, expectAccessible, goTo, open, PASSPHRASE, press, prefer, schemes } from "./console";

test.each(schemes)("sign-in asks for a code and keeps what was typed (%s)", async (scheme) => {
  await prefer(scheme);
  const backend = await open({ signedIn: false });
  const calls: unknown[][] = [];
  const signIn = backend.signIn;
  backend.signIn = (...args) => {
    calls.push(args);
    return signIn(...args);
  };
  await at("sign-in-user").fill("maria.engel");
  await at("sign-in-password").fill("right");
  await expect.element(at("sign-in-code")).not.toBeInTheDocument();
  backend.failNext("signIn", "second-factor-required");
  await press("{Enter}");
  await expect.element(at("sign-in-code")).toHaveFocus();
  await expect.element(at("error")).not.toBeInTheDocument();
  await expect.element(at("sign-in-password")).toHaveValue("right");
  await expectAccessible();
  await press("{Enter}");
  await expect.element(at("sign-in-code")).toHaveAttribute("aria-invalid", "true");
  backend.failNext("signIn", "code-refused");
  await press("000000", "{Enter}");
  await expect.element(at("error")).toHaveTextContent("The code isn’t right, or was used before");
  await expect.element(at("sign-in-code")).toHaveFocus();
  await expect.element(at("sign-in-code")).toHaveValue("");
  await expect.element(at("sign-in-password")).toHaveValue("right");
  await press("123 456", "{Enter}");
  await expect.element(at("coverage-headline")).toBeVisible();
  expect(calls).toEqual([
    ["maria.engel", "right", null],
    ["maria.engel", "right", "000000"],
    ["maria.engel", "right", "123 456"],
  ]);
});

test("a wrong password is cleared, and asks for no code", async () => {
  const backend = await open({ signedIn: false });
  await at("sign-in-user").fill("maria.engel");
  await at("sign-in-password").fill("wrong");
  await press("{Enter}");
  await expect.element(at("error")).toHaveAttribute("data-code", "wrong-credentials");
  await expect.element(at("sign-in-password")).toHaveValue("");
  await expect.element(at("sign-in-user")).toHaveValue("maria.engel");
  await expect.element(at("sign-in-code")).not.toBeInTheDocument();
  expect(backend.calls).toContain("signIn");
});

test("a recovery asks for a code and keeps the passphrase until it is there", async () => {
  const backend = await open();
  const calls: unknown[][] = [];
  const recoverKey = backend.recoverKey;
  backend.recoverKey = (...args) => {
    calls.push(args);
    return recoverKey(...args);
  };
  await goTo("St. Anna, Radiology");
  await at("recover-account").click();
  await expect.element(at("key-choice")).toBeChecked();
  await press("{Enter}");
  await at("reason").fill("Disk failed, ticket 4711");
  await at("next").click();
  await expect.element(at("recover-passphrase")).toHaveFocus();
  backend.failNext("recoverKey", "second-factor-required");
  await press(PASSPHRASE, "{Enter}");
  await expect.element(at("recover-code")).toHaveFocus();
  await expect.element(at("recover-confirm")).toBeDisabled();
  await expect.element(at("error")).not.toBeInTheDocument();
  await expectAccessible();
  backend.failNext("recoverKey", "code-refused");
  await press("000000", "{Enter}");
  await expect.element(at("error")).toHaveAttribute("data-code", "code-refused");
  await expect.element(at("recover-code")).toHaveFocus();
  await expect.element(at("recover-passphrase")).toHaveValue(PASSPHRASE);
  await press("123456", "{Enter}");
  await expect.element(at("recovered")).toBeVisible();
  expect(calls.map((call) => call.slice(2))).toEqual([
    [PASSPHRASE, null],
    [PASSPHRASE, "000000"],
    [PASSPHRASE, "123456"],
  ]);
});

test("saving a captured key asks for a code and keeps the reason", async () => {
  const backend = await open();
  await goTo("St. Anna, Radiology");
  await at("recover-account").click();
  await expect.element(at("key-choice")).toBeChecked();
  await press("{Enter}");
  await at("reason").fill("For the safe");
  backend.failNext("saveCapturedKey", "second-factor-required");
  await at("save-encrypted").click();
  await expect.element(at("save-code")).toHaveFocus();
  await expect.element(at("save-encrypted")).toBeDisabled();
  await expect.element(at("reason")).toHaveValue("For the safe");
  await at("save-code").fill("123456");
  await at("save-encrypted").click();
  await expect.element(at("saved-encrypted")).toBeVisible();
});
