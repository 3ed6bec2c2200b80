import { describe, expect, test } from "vitest";
import { page } from "vitest/browser";

import { at, choose, expectAccessible, goTo, open, openMenu, PASSPHRASE, prefer, schemes } from "./console";

const visible = (testid: string) => expect.element(at(testid)).toBeVisible();

/** Every page and dialog, and how one gets there. */
const places: { readonly [name in string]: () => Promise<unknown> } = {
  "connect, with errors": async () => {
    await open({ connected: false });
    await at("connect-submit").click();
  },
  "sign in": async () => {
    await open({ signedIn: false });
    await visible("sign-in-user");
  },
  "open a captured key": async () => {
    await open({ signedIn: false });
    await at("open-captured-file").click();
    await visible("captured-file-dialog");
  },
  "open a captured key, its passphrase": async () => {
    await open({ signedIn: false });
    await at("open-captured-file").click();
    await at("choose-captured-file").click();
    await visible("recover-passphrase");
  },
  "forget the platform": async () => {
    await open({ signedIn: false });
    await at("other-platform").click();
    await visible("forget-dialog");
  },
  "active Collection": () => open(),
  "expiring Group": async () => {
    await open();
    await goTo("St. Anna, Radiology");
    await visible("active-certificate");
  },
  "expired Collection": async () => {
    await open();
    await goTo("Law firms");
    await visible("stopped-certificate");
  },
  "waiting request": async () => {
    await open();
    await goTo("Riverside Clinic");
    await visible("waiting-note");
  },
  "no certificate": async () => {
    await open();
    await goTo("New openings");
    await visible("no-certificate");
  },
  accounts: async () => {
    await open();
    await goTo("St. Anna, Radiology");
    await at("tab-accounts").click();
    await visible("account-filter");
  },
  certificates: async () => {
    await open();
    await goTo("St. Anna, Radiology");
    await at("tab-certificates").click();
    await visible("certificates");
  },
  account: async () => {
    await open();
    await goTo("St. Anna, Administration");
    await page.getByRole("button", { name: "adm-001", exact: true }).click();
    await visible("captured-keys");
  },
  alerts: async () => {
    await open();
    await at("head-alerts").click();
    await visible("alert");
  },
  "alert rules": async () => {
    const backend = await open();
    backend.sendsMail = false;
    await choose("Hospitals", "menu-alert-rules");
    await visible("alert-rule");
  },
  folders: async () => {
    await open();
    await at("nav-folders").click();
    await at("import").click();
    await visible("import-result");
  },
  requests: async () => {
    await open();
    await at("nav-requests").click();
    await visible("waiting-request");
  },
  report: async () => {
    await open();
    await openMenu("Northwind");
    await page.getByRole("menuitem", { name: "Reports" }).click();
    await page.getByRole("menuitem", { name: "Group Certificates Active" }).click();
    await at("menu-run-report").click();
    await visible("report");
  },
  "node menu": async () => {
    await open();
    await openMenu("Hospitals");
  },
  "request: scope": async () => {
    await open();
    await choose("St. Anna, Radiology", "menu-request");
    await visible("request-scope");
  },
  "request: passphrase": async () => {
    await open();
    await choose("New openings", "menu-request");
    await at("next").click();
    await at("next").click();
    await at("passphrase").fill("weak");
    await at("passphrase-again").fill("x");
    await expect.element(at("strength")).toHaveAttribute("data-score", "0");
  },
  "request: progress": async () => {
    await open({ latency: 40 });
    await choose("New openings", "menu-request");
    await at("next").click();
    await at("next").click();
    await at("passphrase").fill(PASSPHRASE);
    await at("passphrase-again").fill(PASSPHRASE);
    await at("generate").click();
    await visible("progress");
  },
  "upload: check": async () => {
    await open();
    await choose("St. Anna, Radiology", "menu-upload");
    await at("choose-file").click();
    await at("check").click();
    await visible("upload-replaces");
  },
  "recover: key": async () => {
    await open();
    await goTo("St. Anna, Radiology");
    await at("recover-account").click();
    await visible("key-choice");
  },
  share: async () => {
    await open();
    await choose("Northwind", "menu-share");
    await at("export-copy").click();
    await visible("exported");
  },
  move: async () => {
    await open();
    await choose("Riverside Clinic", "menu-move");
    await visible("move-dialog");
  },
  "delete key pair": async () => {
    await open();
    await at("nav-folders").click();
    await at("delete-key-pair").click();
    await visible("delete-key-pair-dialog");
  },
};

describe.each(schemes)("axe finds nothing in %s", (scheme) => {
  test.each(Object.entries(places))("%s", async (name, go) => {
    await prefer(scheme);
    await go();
    await expectAccessible({ menu: name === "node menu" });
  });
});
