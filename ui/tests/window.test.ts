import { expect, test } from "vitest";
import { page } from "vitest/browser";

import { at, choose, goTo, node, open, openAsOfficer, press } from "./console";

const HOSTILE = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>{@html 1}\u202Egnp.exe`;

test("names are text, whatever they hold", async () => {
  const backend = await open();
  const [root, scope] = backend.organisation.scopes;
  const account = backend.organisation.accounts[0];
  if (!root || !scope || !account) throw new Error("the sample organisation has them");
  scope.name = HOSTILE;
  account.name = HOSTILE;
  await at("refresh").click();
  await node("<img").click();
  await expect.element(page.getByRole("heading", { level: 1 })).toHaveTextContent("<img src=x");
  expect(document.querySelector("img, main script")).toBeNull();
  expect((window as unknown as { pwned?: number }).pwned).toBeUndefined();
});

test("connecting asks for what is missing and keeps what was typed", async () => {
  const backend = await open({ connected: false });
  await at("connect-submit").click();
  await expect.element(at("connect-address")).toHaveAttribute("aria-invalid", "true");
  await at("connect-address").fill("https://platform.example:8443/");
  await at("connect-authority").fill("AB:".repeat(32));
  backend.failNext("connect", "platform-wrong-authority", { server: "platform.example:8443" });
  await at("connect-submit").click();
  await expect.element(at("error")).toHaveTextContent("was not vouched for by this Authority");
  await expect.element(at("connect-address")).toHaveValue("https://platform.example:8443/");
  await at("connect-submit").click();
  await expect.element(at("sign-in-page")).toBeVisible();
});

test("signing in shows why it failed, keeps the name and forgets the password", async () => {
  await open({ signedIn: false });
  await at("sign-in-user").fill("maria.engel");
  await at("sign-in-password").fill("wrong");
  await press("{Enter}");
  await expect.element(at("error")).toHaveTextContent("Name and password don’t match");
  await expect.element(at("sign-in-user")).toHaveValue("maria.engel");
  await expect.element(at("sign-in-password")).toHaveValue("");
  await at("sign-in-password").fill("right");
  await press("{Enter}");
  await expect.element(page.getByRole("tree")).toBeVisible();
});

test("a session that ends is renewed over the dialog, which keeps what was typed", async () => {
  const backend = await open();
  await choose("Hospitals", "menu-new-group");
  await at("name").fill("Dialysis");
  backend.failNext("createScope", "signed-out");
  await at("name-confirm").click();
  await expect.element(at("sign-in-again")).toBeVisible();
  await expect.element(at("sign-in-user")).toHaveValue("maria.engel");
  await at("sign-in-password").fill("right");
  await at("sign-in-submit").click();
  await expect.element(at("sign-in-again")).not.toBeInTheDocument();
  await expect.element(at("name")).toHaveValue("Dialysis");
  await at("name-confirm").click();
  await expect.element(page.getByRole("heading", { level: 1, name: "Dialysis" })).toBeVisible();
});

const LOST = "Connection to platform.northwind.example:8443 lost. Everything on this computer still works.";

test("a lost connection is said in the footer, and trying again heals it", async () => {
  const backend = await open();
  backend.failNext("scopeDetail", "platform-unreachable", { server: "platform.northwind.example:8443" });
  await goTo("Harbour Primary");
  await expect.element(at("connection-lost")).toHaveTextContent(LOST);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.element(page.getByText("Connected to platform.northwind.example:8443")).toBeVisible();
  await expect.element(at("coverage-headline")).toBeVisible();
});

test("the list of certificate folders is live, and a drop is told", async () => {
  const backend = await open();
  await at("nav-folders").click();
  await expect.element(at("folder-list")).toBeVisible();
  backend.changeFolders({ ...backend.folders, folders: [] });
  await expect.element(page.getByText("No certificate folders on this computer")).toBeVisible();
  backend.drop({ status: "hovering" });
  await expect.element(at("drop-target")).toBeVisible();
  const verdict = { code: "folder-damaged", file: "private-key.json" };
  backend.drop({
    status: "imported",
    result: { imported: [], unchanged: [], refused: [{ folder: "x", verdict }] },
  });
  await expect.element(at("drop-target")).not.toBeInTheDocument();
  await expect.element(at("import-result")).toHaveTextContent("Damaged: private-key.json");
});

test("a key pair goes only when its name was typed exactly", async () => {
  const backend = await open();
  await at("nav-folders").click();
  await at("delete-key-pair").click();
  await at("typed-name").fill("northwind");
  await expect.element(at("delete-key-pair-confirm")).toBeDisabled();
  await press("{Enter}");
  expect(backend.calls).not.toContain("deleteKeyPair");
  await at("typed-name").fill("Northwind");
  await at("delete-key-pair-confirm").click();
  await expect.element(at("delete-key-pair-dialog")).not.toBeInTheDocument();
  await expect
    .element(page.getByRole("heading", { level: 2, name: "Northwind", exact: true }))
    .not.toBeInTheDocument();
});

test("a refused deletion is said in the dialog", async () => {
  await open();
  await choose("Schools", "menu-delete");
  await expect.element(page.getByRole("button", { name: "Cancel" })).toHaveFocus();
  await at("delete-confirm").click();
  await expect.element(at("error")).toHaveTextContent("It is not empty");
});

test("the report sorts by any column", async () => {
  const backend = await open();
  await at("page-menu").click();
  await page.getByRole("menuitem", { name: "Reports" }).click();
  await page.getByRole("menuitem", { name: "Group Certificates Active" }).click();
  await at("menu-run-report").click();
  await expect.element(at("report-row")).toBeVisible();
  const days = () =>
    [...document.querySelectorAll("[data-testid=report-row] td:nth-child(6)")].map((cell) =>
      Number(cell.textContent),
    );
  expect(days()).toEqual(days().toSorted((a, b) => a - b));
  await at("sort-daysLeft").click();
  await expect.poll(days).toEqual(days().toSorted((a, b) => b - a));
  await at("sort-name").click();
  await expect
    .element(page.getByRole("columnheader", { name: "Group or Collection" }))
    .toHaveAttribute("aria-sort", "ascending");
  backend.organisation.certificates.length = 0;
  await at("run-report").click();
  await expect.element(page.getByText("No Group Certificate is active here")).toBeVisible();
});

test("an officer is offered reports, and nothing that only an admin may do", async () => {
  await openAsOfficer();
  await expect.element(at("recover")).not.toBeInTheDocument();
  await node("Hospitals").click({ button: "right" });
  await expect.element(page.getByRole("menuitem", { name: "Reports" })).toBeVisible();
  await expect.element(page.getByRole("menuitem", { name: "Rename…" })).not.toBeInTheDocument();
});

test("a dialog gives the focus back to where it was opened", async () => {
  await open();
  await goTo("St. Anna, Radiology");
  await at("share").click();
  await expect.element(at("share-dialog")).toBeVisible();
  await press("{Escape}");
  await expect.element(at("share-dialog")).not.toBeInTheDocument();
  await expect.element(at("share")).toHaveFocus();
  await choose("Hospitals", "menu-rename");
  await expect.element(at("name")).toHaveFocus();
  await press("{Escape}");
  await expect.element(at("rename-dialog")).not.toBeInTheDocument();
  await expect.element(page.getByRole("tree")).toHaveFocus();
});

test("desktop notifications are switched off and on again", async () => {
  const backend = await open();
  await at("user-menu").click();
  await expect.element(at("notifications")).toHaveTextContent("Switch desktop notifications off");
  await at("notifications").click();
  await expect.poll(() => backend.preferences.notifications).toBe(false);
  await at("user-menu").click();
  await at("notifications").click();
  await expect.poll(() => backend.preferences.notifications).toBe(true);
});
