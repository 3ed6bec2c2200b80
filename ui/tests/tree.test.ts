import { beforeEach, describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";

import { at, goTo, node, open, openMenu, press } from "./console";

const active = () => {
  const id = document.querySelector("[role=tree]")?.getAttribute("aria-activedescendant") ?? "";
  return document.getElementById(id)?.dataset["name"];
};

async function focusTree(): Promise<void> {
  page.getByRole("tree").element().focus();
  await press("{Home}");
}

describe("the tree by keyboard", () => {
  beforeEach(async () => {
    await open();
    await focusTree();
  });

  test("arrows walk, open and close", async () => {
    expect(active()).toBe("Northwind");
    await press("{ArrowDown}");
    expect(active()).toBe("Hospitals");
    await press("{ArrowLeft}");
    await expect.element(node("Hospitals")).toHaveAttribute("aria-expanded", "false");
    await expect.element(page.getByRole("treeitem", { name: "Riverside Clinic" })).not.toBeInTheDocument();
    await press("{ArrowRight}", "{ArrowRight}");
    expect(active()).toBe("Riverside Clinic");
    await press("{ArrowLeft}", "{ArrowLeft}");
    expect(active()).toBe("Hospitals");
    await press("{ArrowUp}");
    expect(active()).toBe("Northwind");
  });

  test("Home, End and letters jump", async () => {
    await press("{End}");
    expect(active()).toBe("Lindenhof Grammar School");
    await press("{Home}", "s", "t", ".", " ");
    expect(active()).toBe("St. Anna, Administration");
  });

  test("Enter opens the page, F2 renames", async () => {
    await press("{ArrowDown}", "{ArrowDown}", "{Enter}");
    await expect.element(page.getByRole("heading", { level: 1, name: "Riverside Clinic" })).toBeVisible();
    await press("{F2}");
    await expect.element(at("rename-dialog")).toBeVisible();
    await expect.element(at("name")).toHaveValue("Riverside Clinic");
    await expect.element(at("name")).toHaveFocus();
  });

  test("Shift+F10 and the menu key open the menu of the active row; Escape gives the focus back", async () => {
    for (const keys of ["{Shift>}{F10}{/Shift}", "{ContextMenu}"]) {
      await press("{ArrowDown}", keys);
      await expect.element(page.getByRole("menuitem", { name: "Request Group Certificate…" })).toBeVisible();
      await press("{Escape}");
      await expect.element(page.getByRole("menu")).not.toBeInTheDocument();
      await expect.element(page.getByRole("tree")).toHaveFocus();
    }
  });

  test("the menu leads to the report without a mouse", async () => {
    await press("{Shift>}{F10}{/Shift}");
    await expect.element(page.getByRole("menu").first()).toBeVisible();
    await press("{ArrowUp}", "{ArrowUp}", "{ArrowUp}", "{ArrowUp}", "{Home}", "R", "R", "e", "p");
    for (const name of ["Reports", "Group Certificates Active"]) {
      const item = page.getByRole("menuitem", { name });
      item.element().focus();
      await press("{ArrowRight}");
    }
    const run = page.getByRole("menuitem", { name: "Run Report" });
    await expect.element(run).toBeVisible();
    run.element().focus();
    await press("{Enter}");
    await expect.element(at("report")).toBeVisible();
  });
});

test("a right click offers the words of the seed", async () => {
  await open();
  await openMenu("St. Anna, Radiology");
  for (const name of [
    "Request Group Certificate…",
    "Upload signed certificate…",
    "Recover encryption key…",
    "Share…",
    "Reports",
    "New Account…",
    "Rename…",
    "Move…",
    "Delete…",
  ]) {
    await expect.element(page.getByRole("menuitem", { name })).toBeVisible();
  }
});

test("the search filters scopes and accounts, and Ctrl+F goes there", async () => {
  await open();
  await press("{Control>}f{/Control}");
  await expect.element(at("search")).toHaveFocus();
  await userEvent.keyboard("rad-ws-01");
  await expect.element(page.getByText("10 matches")).toBeVisible();
  await expect.element(node("rad-ws-014")).toBeVisible();
  await expect.element(page.getByRole("treeitem", { name: "Retail" })).not.toBeInTheDocument();
  await press("{Escape}");
  await expect.element(node("Retail")).toBeVisible();
});

test("a long list draws only what is seen, and keys still reach the end", async () => {
  const backend = await open({ ready: true });
  const group = backend.organisation.scopes.find((scope) => scope.name === "New openings");
  const sample = backend.organisation.accounts[0];
  if (!group || !sample) throw new Error("the sample organisation has both");
  for (let i = 0; i < 5000; i += 1) {
    backend.organisation.accounts.push({ ...sample, id: `many-${i}`, name: `many-${i}`, group: group.guid });
  }
  await at("refresh").click();
  await goTo("New openings");
  await press("{ArrowRight}");
  await expect.poll(() => node("New openings").element().getAttribute("aria-expanded")).toBe("true");
  await press("{ArrowRight}", "m", "a", "n", "y", "-", "4", "9", "9", "9");
  await expect.poll(active).toBe("many-4999");
  expect(document.querySelectorAll("[role=treeitem]").length).toBeLessThan(80);
});
