import { expect, test } from "vitest";
import { page } from "vitest/browser";

import type { FakeBackend } from "../src/lib/backend/fake/fake";
import { at, expectAccessible, goTo, open, PASSPHRASE, press, prefer, schemes } from "./console";

async function toPassphrase(): Promise<FakeBackend> {
  const backend = await open();
  await goTo("St. Anna, Radiology");
  await at("recover-account").click();
  await expect.element(at("key-choice")).toBeChecked();
  await press("{Enter}");
  await expect.element(at("next")).toBeDisabled();
  await at("reason").fill("Disk failed, ticket 4711");
  await at("next").click();
  await expect.element(at("recover-passphrase")).toHaveFocus();
  return backend;
}

async function recovered(): Promise<FakeBackend> {
  const backend = await toPassphrase();
  await press(PASSPHRASE, "{Enter}");
  await expect.element(at("recovered")).toBeVisible();
  return backend;
}

test("keys that this computer can open come first; others can't be chosen", async () => {
  await open();
  await goTo("St. Anna, Radiology");
  await at("recover-account").click();
  await expect.element(at("key-choice")).toBeVisible();
  const choices = [...document.querySelectorAll<HTMLInputElement>("[data-testid=key-choice]")];
  expect(choices.map((choice) => choice.disabled)).toEqual([false, false, true]);
});

test("a wrong passphrase is said, cleared, and the reason kept", async () => {
  const backend = await toPassphrase();
  await press("not this one", "{Enter}");
  await expect.element(at("error")).toHaveTextContent("The passphrase does not open this private key");
  await expect.element(at("recover-passphrase")).toHaveValue("");
  await expect.element(at("recover-passphrase")).toHaveFocus();
  await page.getByRole("button", { name: "Back" }).click();
  await expect.element(at("reason")).toHaveValue("Disk failed, ticket 4711");
  expect(backend.calls).not.toContain("revealSecret");
});

test.each(schemes)("a recovered key is masked until asked for, and forgotten after (%s)", async (scheme) => {
  await prefer(scheme);
  const backend = await recovered();
  await expect.element(at("secret-masked")).toBeVisible();
  expect(document.body.textContent).not.toContain("vB8&kq");
  expect(backend.calls).not.toContain("revealSecret");
  await at("reveal").click();
  await expect.element(at("secret-text")).toHaveTextContent("Il1O0-vB8&kq|5S2Z");
  await expect.element(at("secret-state")).toHaveTextContent(/Hides in \d+ s/u);
  await expectAccessible();
  await at("reveal").click();
  await expect.element(at("secret-text")).not.toBeInTheDocument();
  await at("copy-secret").click();
  await expect.element(at("secret-state")).toHaveTextContent(/Clears in \d+ s/u);
  backend.clearClipboard(1);
  await expect.element(at("secret-state")).toHaveTextContent("Clipboard cleared");
  await press("{Escape}");
  await expect.element(at("recover-dialog")).not.toBeInTheDocument();
  await expect.poll(() => backend.calls).toContain("forgetRecoveredKey");
});

test("what is not text can only be saved", async () => {
  await recovered();
  const file = page.getByRole("region", { name: "Key file" });
  await expect.element(file.getByTestId("reveal")).not.toBeInTheDocument();
  await file.getByTestId("save-secret").click();
  await expect.element(file.getByText("Saved to ~/Documents/key-file")).toBeVisible();
});

test("the account is found by typing when none was chosen", async () => {
  await open();
  await at("recover").click();
  await expect.element(at("account-search")).toHaveFocus();
  await press("rad-ws-014", "{Enter}");
  await expect.element(at("key-choice")).toBeVisible();
});

test("a captured key is saved as it is, for the reason given", async () => {
  const backend = await open();
  await goTo("St. Anna, Radiology");
  await at("recover-account").click();
  await expect.element(at("key-choice")).toBeChecked();
  await press("{Enter}");
  await expect.element(at("save-encrypted")).toBeDisabled();
  await at("reason").fill("For the safe");
  await at("save-encrypted").click();
  await expect.element(at("saved-encrypted")).toHaveTextContent(/captured-key-.*\.der, still encrypted/u);
  expect(backend.calls).not.toContain("recoverKey");
  backend.failNext("saveCapturedKey", "file-not-written", { path: "/full/disk" });
  await at("save-encrypted").click();
  await expect.element(at("error")).toHaveTextContent("/full/disk");
  await expect.element(at("reason")).toHaveValue("For the safe");
});

test("a captured key's file opens without the platform", async () => {
  const backend = await open({ signedIn: false });
  await at("open-captured-file").click();
  backend.failNext("pickCapturedKey", "private-key-not-here");
  await at("choose-captured-file").click();
  await expect.element(at("error")).toHaveTextContent("Import the certificate folder");
  await at("choose-captured-file").click();
  await expect.element(at("recover-passphrase")).toHaveFocus();
  await press("not this one", "{Enter}");
  await expect.element(at("error")).toHaveTextContent("The passphrase does not open this private key");
  await press(PASSPHRASE, "{Enter}");
  await expect.element(at("recovered")).not.toHaveTextContent("recorded");
  await at("reveal").click();
  await expect.element(at("secret-text")).toHaveTextContent("Il1O0-vB8&kq|5S2Z");
  await at("done").click();
  await expect.element(at("captured-file-dialog")).not.toBeInTheDocument();
  await expect.poll(() => backend.calls).toContain("forgetRecoveredKey");
  expect(backend.calls).not.toContain("capturedKeys");
});
