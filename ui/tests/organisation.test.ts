import { expect, test } from "vitest";
import { page } from "vitest/browser";

import { at, expectAccessible, open, prefer, schemes } from "./console";

const begin = () => open({ signedIn: false, organisationSignIn: true });

test.each(schemes)("somebody signs in with their organisation in the browser, in %s", async (scheme) => {
  await prefer(scheme);
  const backend = await begin();
  await expect.element(at("sign-in-organisation")).toBeVisible();
  await expect.element(at("sign-in-user")).toHaveFocus();
  await expectAccessible();
  await at("sign-in-organisation").click();
  await expect.element(at("sign-in-waiting")).toBeVisible();
  await expectAccessible();
  backend.returnFromBrowser();
  await expect.element(page.getByRole("tree")).toBeVisible();
});

test("a sign-in in the browser is given up without a word of failure", async () => {
  await begin();
  await at("sign-in-organisation").click();
  await at("sign-in-cancel").click();
  await expect.element(at("sign-in-organisation")).toBeVisible();
  await expect.element(at("error")).not.toBeInTheDocument();
});

test("whom the platform does not know is told what to do", async () => {
  const backend = await begin();
  await at("sign-in-organisation").click();
  await expect.element(at("sign-in-waiting")).toBeVisible();
  backend.returnFromBrowser("not-known-here");
  await expect.element(at("error")).toHaveTextContent("Ask an administrator of the platform to add you");
  await expectAccessible();
  await expect.element(at("sign-in-organisation")).toBeVisible();
});

test("it is not offered where the platform has no identity provider", async () => {
  const backend = await open({ signedIn: false });
  await expect.poll(() => backend.calls).toContain("signInWays");
  await expect.element(at("sign-in-user")).toHaveFocus();
  await expect.element(at("organisation")).not.toBeInTheDocument();
});

test("a session that ended is renewed the same way", async () => {
  const backend = await open({ organisationSignIn: true });
  backend.turn({ status: "signedOut" });
  await at("sign-in-organisation").click();
  await expect.element(at("sign-in-waiting")).toBeVisible();
  backend.returnFromBrowser();
  await expect.element(at("sign-in-again")).not.toBeInTheDocument();
});
