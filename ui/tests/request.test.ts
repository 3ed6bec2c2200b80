import { expect, test } from "vitest";
import { page } from "vitest/browser";

import { at, choose, expectAccessible, open, PASSPHRASE, press } from "./console";

async function toPassphrase(): Promise<void> {
  await choose("New openings", "menu-request");
  await expect.element(at("request-scope")).toBeVisible();
  await press("{Enter}");
  await expect.element(at("size-4096")).toBeChecked();
  await press("{Enter}");
  await expect.element(at("passphrase")).toHaveFocus();
}

test("a request goes from scope to fingerprint by keyboard alone", async () => {
  const backend = await open();
  await toPassphrase();
  await press(PASSPHRASE, "{Tab}{Tab}", PASSPHRASE);
  await expect.element(at("generate")).toBeEnabled();
  await press("{Enter}");
  await expect.element(at("request-done")).toBeVisible();
  const fingerprint = at("fingerprint").element();
  expect(fingerprint.textContent?.trim()).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/u);
  await expectAccessible();
  await press("{Enter}");
  await expect.element(at("request-dialog")).not.toBeInTheDocument();
  expect(backend.calls).toContain("requestCertificate");
});

test("weak or unequal passphrases can't go on, and say why", async () => {
  const backend = await open();
  await toPassphrase();
  await at("passphrase").fill("short");
  await expect.element(page.getByText(/Very weak/u)).toBeVisible();
  await expect.element(at("generate")).toBeDisabled();
  await at("passphrase").fill(PASSPHRASE);
  await at("passphrase-again").fill("copper lamp");
  await expect.element(page.getByText("The two are not the same.")).toBeVisible();
  await expect.element(at("generate")).toBeDisabled();
  expect(backend.calls).not.toContain("requestCertificate");
});

test("stopping writes nothing, and the passphrase is not kept", async () => {
  await open({ latency: 30 });
  await toPassphrase();
  await at("passphrase").fill(PASSPHRASE);
  await at("passphrase-again").fill(PASSPHRASE);
  await at("generate").click();
  await expect.element(at("progress")).toBeVisible();
  await press("{Escape}");
  await expect.element(at("progress")).toBeVisible();
  await at("stop").click();
  await expect.element(page.getByText("Nothing was written. Start again when you like.")).toBeVisible();
  await expect.element(at("passphrase")).toHaveValue("");
});

test("a request that did not reach the platform can be submitted again", async () => {
  const backend = await open();
  const request = backend.requestCertificate;
  backend.requestCertificate = async (...args) => ({
    ...(await request(...args)),
    notSubmitted: { code: "platform-unreachable", params: { server: "platform.northwind.example" } },
  });
  await toPassphrase();
  await at("passphrase").fill(PASSPHRASE);
  await at("passphrase-again").fill(PASSPHRASE);
  await at("generate").click();
  await expect.element(page.getByText("platform.northwind.example can’t be reached")).toBeVisible();
  await expect.element(at("fingerprint")).toBeVisible();
  await at("submit-again").click();
  await expect.element(page.getByText("Key pair made, request submitted")).toBeVisible();
});
