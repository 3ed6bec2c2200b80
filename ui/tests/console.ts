import axe from "axe-core";
import { expect } from "vitest";
import { cdp, page, userEvent } from "vitest/browser";
import { render } from "vitest-browser-svelte";

import App from "../src/App.svelte";
import { FakeBackend, type FakeOptions } from "../src/lib/backend/fake/fake";

/** The passphrase that opens every sample key. */
export const PASSPHRASE = "copper lantern violet harbour";

/** Both colour schemes, for tests that look. */
export const schemes = ["light", "dark"] as const;

/** Opens the window on a fake. */
export async function open(options: FakeOptions & { ready?: boolean } = {}): Promise<FakeBackend> {
  const backend = new FakeBackend(options);
  render(App, { backend });
  const begins = options.connected !== false && options.signedIn !== false && options.ready !== false;
  if (begins) await expect.element(page.getByTestId("coverage-headline")).toBeVisible();
  return backend;
}

/** Chooses the colour scheme of the system. */
export async function prefer(scheme: "light" | "dark"): Promise<void> {
  const session = cdp() as unknown as { send(method: string, params: object): Promise<unknown> };
  await session.send("Emulation.setEmulatedMedia", {
    features: [{ name: "prefers-color-scheme", value: scheme }],
  });
}

/** Asserts that axe finds nothing wrong with what the window shows. */
export async function expectAccessible({ menu = false } = {}): Promise<void> {
  // A menu that stands over the window belongs to no landmark.
  const rules = { region: { enabled: !menu } };
  const { violations } = await axe.run(document, { resultTypes: ["violations"], rules });
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`),
  );
  expect(found).toEqual([]);
}

/** A row of the tree by its name. */
export const node = (name: string) => page.getByRole("treeitem", { name }).first();

/** Something by its test id. */
export const at = (testid: string) => page.getByTestId(testid).first();

/** Goes to a scope by the tree. */
export async function goTo(name: string): Promise<void> {
  await node(name).click();
  await expect.element(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** Opens the menu of a tree row by mouse. */
export async function openMenu(name: string): Promise<void> {
  await node(name).click({ button: "right" });
  await expect.element(page.getByRole("menu").first()).toBeVisible();
}

/** Chooses from the menu of a tree row. */
export async function choose(name: string, item: string): Promise<void> {
  await openMenu(name);
  await at(item).click();
}

/** Presses keys, one after the other. */
export async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await userEvent.keyboard(key);
}

/** Opens the window signed in as an officer. */
export async function openAsOfficer(): Promise<FakeBackend> {
  const backend = await open({ signedIn: false });
  const { signIn } = backend;
  backend.signIn = async (...args) => {
    const view = await signIn(...args);
    return { ...view, session: view.session && { ...view.session, role: "officer" } };
  };
  await at("sign-in-user").fill("olga");
  await at("sign-in-password").fill("right");
  await press("{Enter}");
  await expect.element(at("coverage-headline")).toBeVisible();
  return backend;
}
