import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";

import { Idle } from "../src/lib/state/idle";
import { at, choose, expectAccessible, goTo, open, PASSPHRASE, prefer, press, schemes } from "./console";

async function unlock(): Promise<void> {
  await at("sign-in-password").fill("right");
  await at("sign-in-submit").click();
  await expect.element(at("sign-in-again")).not.toBeInTheDocument();
}

test.each(schemes)(
  "a locked window shows nothing, and everything again afterwards, in %s",
  async (scheme) => {
    await prefer(scheme);
    const backend = await open();
    await goTo("Riverside Clinic");
    await choose("Hospitals", "menu-new-group");
    await at("name").fill("Dialysis");
    await at("name")
      .element()
      .dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true }));
    await press("{Escape}");
    await press("{Control>}l{/Control}");
    await expect.element(at("sign-in-again")).toHaveTextContent("Keyfold is locked");
    await expect.element(at("sign-in-user")).toHaveValue("maria.engel");
    expect(backend.calls).toContain("lockWindow");
    const cover = document.querySelector(".modal-scrim.covers");
    expect(cover && getComputedStyle(cover).backgroundColor).not.toMatch(/rgba|transparent/u);
    expect(document.elementFromPoint(100, 300)).toBe(cover);
    await expectAccessible();
    await unlock();
    await expect.element(page.getByRole("heading", { level: 1, name: "Riverside Clinic" })).toBeVisible();
  },
);

test("a secret that was shown is gone when the window is locked", async () => {
  await open();
  await goTo("St. Anna, Radiology");
  await at("recover-account").click();
  await press("{Enter}");
  await at("reason").fill("Disk failed");
  await at("next").click();
  await at("recover-passphrase").fill(PASSPHRASE);
  await press("{Enter}");
  await at("reveal").click();
  await expect.element(at("secret-text")).toBeVisible();
  await lockByClock();
  await expect.element(at("sign-in-again")).toBeVisible();
  await expect.element(at("secret-text")).not.toBeInTheDocument();
  await unlock();
  await expect.element(at("recover-dialog")).not.toBeInTheDocument();
});

test("a second factor that is being set up is forgotten", async () => {
  await open();
  await at("user-menu").click();
  await at("second-factor").click();
  await at("second-factor-password").fill("right");
  await at("begin-second-factor").click();
  await expect.element(at("qr")).toBeVisible();
  await lockByClock();
  await expect.element(at("qr")).not.toBeInTheDocument();
  await unlock();
  await expect.element(at("second-factor-dialog")).not.toBeInTheDocument();
});

/** Lets the window be idle for long. */
async function lockByClock(): Promise<void> {
  const later = Date.now() + 16 * 60_000;
  const clock = vi.spyOn(Date, "now").mockReturnValue(later);
  window.dispatchEvent(new PointerEvent("pointermove"));
  await expect.element(at("sign-in-again")).toBeVisible();
  clock.mockRestore();
}

test("a dialog that shows no secret is there again, with what was typed", async () => {
  await open();
  await choose("Hospitals", "menu-new-group");
  await at("name").fill("Dialysis");
  await lockByClock();
  await unlock();
  await expect.element(at("name")).toHaveValue("Dialysis");
});

test("idleness is told once, and a hand that comes too late does not prevent it", () => {
  let now = 0;
  const idle = vi.fn();
  const watch = new Idle(idle, 1000, () => now);
  now = 900;
  watch.touch();
  now = 1800;
  expect(watch.check()).toBe(false);
  now = 1901;
  watch.touch();
  expect(idle).toHaveBeenCalledTimes(1);
  now = 2000;
  expect(watch.check()).toBe(false);
});
