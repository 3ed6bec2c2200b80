import { expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";

import { chordText, isChord } from "../src/lib/shell/chords";
import {
  at,
  expectAccessible,
  goTo,
  node,
  open,
  openAsOfficer,
  openMenu,
  prefer,
  press,
  schemes,
} from "./console";

const lines = () =>
  page
    .getByTestId("palette-line")
    .elements()
    .map((line) => line.querySelector(".label")?.textContent ?? "");

async function openPalette(): Promise<void> {
  await press("{Control>}k{/Control}");
  await expect.element(at("palette-input")).toHaveFocus();
}

test.each(schemes)("Ctrl+K lists every action of the menu and of the window, in %s", async (scheme) => {
  await prefer(scheme);
  await open();
  await goTo("St. Anna, Radiology");
  await openMenu("St. Anna, Radiology");
  const inMenu = page
    .getByRole("menuitem")
    .elements()
    .map((item) => item.childNodes)
    .map((nodes) => [...nodes].filter((each) => each.nodeType === Node.TEXT_NODE))
    .map((texts) => texts.map((each) => each.textContent?.trim()).join(""));
  await press("{Escape}");
  await openPalette();
  for (const label of inMenu.filter((label) => label !== "Reports")) expect(lines()).toContain(label);
  for (const label of ["Reports › Group Certificates Active › Run Report", "Certificate folders", "Refresh"])
    expect(lines()).toContain(label);
  await expectAccessible();
});

test("what is typed finds actions and places, and Enter goes there", async () => {
  await open();
  await openPalette();
  await userEvent.keyboard("run rep");
  expect(lines()).toEqual(["Reports › Group Certificates Active › Run Report"]);
  await press("{Enter}");
  await expect.element(at("report")).toBeVisible();
  await openPalette();
  await userEvent.keyboard("grammar");
  await expect.element(at("palette-line")).toHaveTextContent("Northwind › Schools");
  await press("{Enter}");
  await expect
    .element(page.getByRole("heading", { level: 1, name: "Lindenhof Grammar School" }))
    .toBeVisible();
  await expect.element(node("Lindenhof Grammar School")).toHaveAttribute("aria-selected", "true");
});

test("arrows choose, the ends meet, and a dialog follows the palette", async () => {
  await open();
  await goTo("Riverside Clinic");
  await openPalette();
  const chosen = () => document.querySelector("[role=option][aria-selected=true] .label")?.textContent;
  expect(chosen()).toBe("Request Group Certificate…");
  await press("{ArrowUp}");
  expect(chosen()).toBe("Sign out");
  await press("{ArrowDown}", "{ArrowDown}", "{ArrowDown}", "{Enter}");
  await expect.element(at("recover-dialog")).toBeVisible();
  await expect.element(at("palette")).not.toBeInTheDocument();
});

test("nothing found is said, and Escape leaves everything as it was", async () => {
  const backend = await open();
  await goTo("Riverside Clinic");
  await openPalette();
  await userEvent.keyboard("zzz");
  await expect.element(page.getByText("is called “zzz”")).toBeVisible();
  await press("{Enter}");
  await expect.element(at("palette")).toBeVisible();
  await press("{Escape}");
  await expect.element(at("palette")).not.toBeInTheDocument();
  await expect.element(page.getByRole("heading", { level: 1, name: "Riverside Clinic" })).toBeVisible();
  expect(backend.calls).not.toContain("signOut");
});

test("shortcuts act on what is selected, and not while a dialog is open", async () => {
  await open();
  await goTo("Riverside Clinic");
  await press("{Control>}m{/Control}");
  await expect.element(at("move-dialog")).toBeVisible();
  await press("{Control>}k{/Control}");
  await expect.element(at("palette")).not.toBeInTheDocument();
  await press("{Escape}");
  await expect.element(at("move-dialog")).not.toBeInTheDocument();
  await press("{Control>}1{/Control}");
  await expect.element(at("folder-list")).toBeVisible();
});

test("an officer is offered nothing that only an admin may do", async () => {
  await openAsOfficer();
  await openPalette();
  expect(lines().some((label) => label.includes("Run Report"))).toBe(true);
  for (const label of ["Rename…", "Delete…", "Request Group Certificate…"])
    expect(lines()).not.toContain(label);
});

test("chords are the keys of the machine", () => {
  const pressed = { key: "k", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  expect(isChord({ ...pressed, ctrlKey: true }, "Mod+K", false)).toBe(true);
  expect(isChord({ ...pressed, metaKey: true }, "Mod+K", true)).toBe(true);
  expect(isChord({ ...pressed, ctrlKey: true }, "Mod+K", true)).toBe(false);
  expect(isChord({ ...pressed, ctrlKey: true, altKey: true }, "Mod+K", false)).toBe(false);
  expect(chordText("Mod+K", false)).toBe("Ctrl K");
  expect(chordText("Mod+K", true)).toBe("⌘K");
});
