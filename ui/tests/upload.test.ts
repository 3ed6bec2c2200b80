import { expect, test } from "vitest";
import { page } from "vitest/browser";

import { at, choose, expectAccessible, goTo, open } from "./console";

test("an upload from the platform says what was captured and who needs a backup", async () => {
  await open();
  await choose("Städtisches", "menu-upload");
  await expect.element(at("source-platform")).toBeChecked();
  await at("check").click();
  await expect.element(at("upload-good")).toBeVisible();
  await at("upload-confirm").click();
  await expect.element(at("captured-now")).toHaveTextContent("10 of 12 keys captured now");
  await expect.element(at("needs-backup")).toHaveTextContent("hohenlohe-verwaltung-arbeitsplatz-011");
  await expectAccessible();
  await at("done").click();
  await goTo("Städtisches");
  await expect.element(at("active-certificate")).toBeVisible();
});

test("what is wrong with a certificate is said plainly, and it can't be uploaded", async () => {
  const backend = await open();
  const inspect = backend.inspectCertificate;
  backend.inspectCertificate = async (...args) => ({
    ...(await inspect(...args)),
    problem: { code: "certificate-scope-wrong", params: { scopeName: "Retail" } },
  });
  await choose("St. Anna, Radiology", "menu-upload");
  await at("choose-file").click();
  await expect.element(page.getByText("Chosen: signed-certificate.pem")).toBeVisible();
  await at("check").click();
  await expect.element(at("upload-problem")).toBeVisible();
  await expect.element(at("error")).toHaveTextContent("“Retail”");
  await expect.element(at("upload-confirm")).not.toBeInTheDocument();
  await expectAccessible();
  await at("back").click();
  await expect.element(at("upload-source")).toBeVisible();
});

test("a failed upload stands where it happened and can be tried again", async () => {
  const backend = await open();
  await choose("St. Anna, Radiology", "menu-upload");
  await at("choose-file").click();
  await at("check").click();
  await expect.element(at("upload-replaces")).toBeVisible();
  backend.failNext("uploadCertificate", "certificate-replaces-another");
  await at("upload-confirm").click();
  await expect.element(at("error")).toHaveTextContent("Another certificate became active in the meantime");
  await at("upload-confirm").click();
  await expect.element(at("upload-result")).toBeVisible();
});

test("a long capture shows how far it is, while it runs and to its end", async () => {
  const backend = await open();
  await choose("Städtisches", "menu-upload");
  await at("check").click();
  backend.capture = { state: "running", done: 3, total: 12, captured: 3 };
  await at("upload-confirm").click();
  await expect.element(at("capture-progress")).toHaveAttribute("aria-valuenow", "25");
  await expect.element(at("upload-result")).toBeVisible();
  await expectAccessible();
  backend.capture = { state: "running", done: 9, total: 12, captured: 9 };
  await expect.element(at("capture-progress")).toHaveAttribute("aria-valuenow", "75");
  backend.capture = { state: "done", done: 12, total: 12, captured: 12 };
  await expect.element(at("captured-now")).toHaveTextContent("12 of 12 keys captured now");
  await expect.element(at("capturing")).not.toBeInTheDocument();
});

test("a capture that fails says what to do", async () => {
  const backend = await open();
  await choose("Städtisches", "menu-upload");
  await at("check").click();
  backend.capture = { state: "failed", done: 3, total: 12, captured: 3 };
  await at("upload-confirm").click();
  await expect.element(at("capture-failed")).toHaveTextContent("Upload the same certificate again");
});
