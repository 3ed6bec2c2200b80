import { expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";

import { at, choose, expectAccessible, goTo, node, open, press } from "./console";

const center = (name: string) => {
  const { x, y, width, height } = node(name).element().getBoundingClientRect();
  return { clientX: x + width / 2, clientY: y + height / 2 };
};

/** What a hand does with a mouse. */
function pointer(kind: "down" | "move" | "up", at: { clientX: number; clientY: number }): void {
  const target = document.elementFromPoint(at.clientX, at.clientY) ?? document.body;
  const event = new PointerEvent(`pointer${kind}`, { ...at, bubbles: true, button: 0, isPrimary: true });
  target.dispatchEvent(event);
}

function drag(from: string, onto: string): void {
  pointer("down", center(from));
  pointer("move", center(onto));
}

test("a Group that is dragged onto a Collection is moved after it is said what that means", async () => {
  const backend = await open();
  drag("Riverside Clinic", "Schools");
  await expect.element(at("dragged")).toHaveTextContent("Move Riverside Clinic into Schools…");
  pointer("up", center("Schools"));
  await expect.element(at("move-dialog")).toBeVisible();
  await expect.element(page.getByRole("radio", { name: "Schools" })).toBeChecked();
  await expect
    .element(at("move-meaning"))
    .toHaveTextContent("New backups capture keys to Schools, Northwind.");
  await expectAccessible();
  expect(backend.calls).not.toContain("changeScope");
  await at("move-confirm").click();
  await expect.element(at("move-dialog")).not.toBeInTheDocument();
  const moved = backend.organisation.scopes.find((scope) => scope.name === "Riverside Clinic");
  const schools = backend.organisation.scopes.find((scope) => scope.name === "Schools");
  expect(moved?.parent).toBe(schools?.guid);
});

test("what can't be dropped is said while it is dragged, and Escape ends it", async () => {
  await open();
  drag("Hospitals", "Riverside Clinic");
  await expect.element(at("dragged")).toHaveTextContent("Hospitals can’t be moved here");
  pointer("up", center("Riverside Clinic"));
  await expect.element(at("dragged")).not.toBeInTheDocument();
  await expect.element(at("move-dialog")).not.toBeInTheDocument();
  drag("Riverside Clinic", "Schools");
  await expect.element(at("dragged")).toBeVisible();
  await press("{Escape}");
  await expect.element(at("dragged")).not.toBeInTheDocument();
  pointer("up", center("Schools"));
  await expect.element(at("move-dialog")).not.toBeInTheDocument();
});

test("an unsteady click opens the page and drags nothing", async () => {
  await open();
  const from = center("Riverside Clinic");
  pointer("down", from);
  pointer("move", { ...from, clientX: from.clientX + 3 });
  await expect.element(at("dragged")).not.toBeInTheDocument();
  pointer("up", from);
  await goTo("Riverside Clinic");
});

test("moving an account says that its key stays behind", async () => {
  await open();
  await goTo("St. Anna, Radiology");
  await at("tab-accounts").click();
  await page.getByRole("button", { name: "rad-ws-001", exact: true }).click();
  await press("{Control>}m{/Control}");
  await expect.element(at("move-dialog")).toHaveTextContent("Captured keys do not move");
  await at("move-search").fill("harbour");
  await page.getByRole("radio", { name: "Harbour Primary" }).click();
  await expect
    .element(at("move-meaning"))
    .toHaveTextContent("Nothing more is captured to St. Anna, Radiology. What was captured stays.");
  await expect.element(at("move-meaning")).toHaveTextContent("Until its next backup there");
});

test("a place without any certificate is warned of", async () => {
  const backend = await open();
  const root = backend.organisation.scopes[0];
  if (root) root.state = "expired";
  await at("refresh").click();
  await choose("Riverside Clinic", "menu-move");
  await page.getByRole("radio", { name: "Retail" }).click();
  await expect.element(at("move-meaning")).toHaveTextContent("No certificate is active there");
});

test("the tree can be filtered by the state of certificates, by keyboard too", async () => {
  await open();
  await at("state-filter").click();
  await at("state-expiresSoon").click();
  await at("state-expired").click();
  await expectAccessible({ menu: true });
  await press("{Escape}");
  const shown = () =>
    page
      .getByRole("treeitem")
      .elements()
      .map((row) => (row as HTMLElement).dataset["name"]);
  await expect.poll(shown).toEqual(["Northwind", "Hospitals", "St. Anna, Radiology", "Law firms"]);
  await expect
    .element(page.getByRole("button", { name: "Filtered by certificate: Expires soon, Expired" }))
    .toBeVisible();
  await at("search").fill("law");
  await expect.poll(shown).toEqual(["Northwind", "Law firms"]);
  await at("search").fill("");
  page.getByTestId("state-filter").element().focus();
  await press("{Enter}", "{End}", "{Enter}");
  await expect.poll(shown).toContain("Retail");
  await userEvent.keyboard("{Escape}");
});

test("a state that no certificate is in is said", async () => {
  const backend = await open();
  for (const scope of backend.organisation.scopes) if (scope.state === "revoked") scope.state = "none";
  await at("refresh").click();
  await at("state-filter").click();
  await at("state-revoked").click();
  await press("{Escape}");
  await expect
    .element(page.getByText("No Collection or Group has a certificate in this state."))
    .toBeVisible();
});
