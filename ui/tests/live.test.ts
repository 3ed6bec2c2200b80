import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";

import { Live, type News } from "../src/lib/state/live";
import type { FakeBackend } from "../src/lib/backend/fake/fake";
import { at, choose, expectAccessible, goTo, node, open, prefer, press, schemes } from "./console";

const unreachable = {
  code: "platform-unreachable",
  params: { server: "https://platform.northwind.example:8443", reason: "connection refused" },
};

const scope = (backend: FakeBackend, name: string) => {
  const found = backend.organisation.scopes.find((each) => each.name === name);
  if (!found) throw new Error(`the sample organisation has ${name}`);
  return found;
};

test("what others change shows at once, and what is typed and selected stays", async () => {
  const backend = await open();
  await goTo("Riverside Clinic");
  await choose("Hospitals", "menu-new-group");
  await at("name").fill("Dialysis");
  const renamed = scope(backend, "Riverside Clinic");
  renamed.name = "Riverside Hospital";
  backend.tell({ what: "scopes", scopes: [renamed.guid] });
  await expect.element(page.getByText("Riverside Hospital").first()).toBeInTheDocument();
  await expect.element(at("name")).toHaveValue("Dialysis");
  await expect.element(at("name")).toHaveFocus();
  await press("{Escape}");
  await expect.element(page.getByRole("heading", { level: 1, name: "Riverside Hospital" })).toBeVisible();
  await expect.element(node("Riverside Hospital")).toHaveAttribute("aria-selected", "true");
});

test("what is told while the window fetches for the first time takes nothing away from it", async () => {
  const backend = await open({ latency: 30, ready: false });
  await expect.poll(() => backend.calls).toContain("scopes");
  backend.tell({ what: "everything" });
  await expect.element(at("coverage-headline")).toBeVisible();
  await expect.element(node("Hospitals")).toBeVisible();
});

test("a filter, its focus and the place in the tree stay when accounts come and go", async () => {
  const backend = await open();
  const group = scope(backend, "St. Anna, Radiology");
  await goTo(group.name);
  await at("tab-accounts").click();
  await at("account-filter").fill("rad-ws-04");
  const [first] = backend.organisation.accounts.filter((account) => account.group === group.guid);
  if (!first) throw new Error("the sample organisation has accounts there");
  backend.organisation.accounts.push({ ...first, id: "new", name: "rad-ws-049" });
  backend.tell({ what: "accounts", groups: [group.guid] });
  await expect.element(page.getByTestId("account-row").getByText("rad-ws-049")).toBeVisible();
  await expect.element(at("account-filter")).toHaveFocus();
  await expect.element(at("account-filter")).toHaveValue("rad-ws-04");
});

test("keys that are captured count on the page that shows their scope or one above", async () => {
  const backend = await open();
  const group = scope(backend, "Kanzlei Vogt");
  const headline = () => at("coverage-headline").element().textContent;
  const before = headline();
  for (const account of backend.organisation.accounts)
    if (account.group === group.guid) account.keyState = "captured";
  backend.tell({ what: "captures", scopes: [group.guid] });
  await expect.poll(headline).not.toBe(before);
});

test.each(schemes)(
  "an account whose key people know is marked on its page and in lists (%s)",
  async (scheme) => {
    await prefer(scheme);
    const backend = await open();
    const group = scope(backend, "St. Anna, Radiology");
    const [first] = backend.organisation.accounts.filter((account) => account.group === group.guid);
    if (!first) throw new Error("the sample organisation has accounts there");
    await goTo(group.name);
    await at("tab-accounts").click();
    await expect.element(page.getByTestId("account-row").getByText(first.name)).toBeVisible();
    const mark = page.getByTestId("account-row").getByText("Key disclosed: rotate");
    await expect.element(mark).not.toBeInTheDocument();
    Object.assign(first, { disclosedAt: backend.now.toISOString(), endToEnd: true });
    backend.tell({ what: "accounts", groups: [group.guid] });
    await expect.element(mark).toBeVisible();
    await expectAccessible();
    await page.getByRole("button", { name: first.name, exact: true }).click();
    await expect.element(at("disclosed")).toHaveTextContent("the mark goes away once that key is captured");
    await expect.element(page.getByText("the platform never has this key")).toBeVisible();
    await expectAccessible();
    first.disclosedAt = null;
    backend.tell({ what: "accounts", groups: [group.guid] });
    await expect.element(at("disclosed")).not.toBeInTheDocument();
  },
);

test("only what changed is fetched again", async () => {
  const backend = await open();
  await goTo("Retail");
  await goTo("Law firms");
  await expect.element(at("stopped-certificate")).toBeVisible();
  backend.calls.length = 0;
  backend.tell({ what: "captures", scopes: [scope(backend, "Shops").guid] });
  await expect.poll(() => backend.calls).toContain("accounts");
  expect(backend.calls).not.toContain("scopes");
  expect(backend.calls).not.toContain("scopeDetail");
  await goTo("Retail");
  await expect.poll(() => backend.calls).toContain("scopeDetail");
});

test("a scope that others delete is gone, and says so", async () => {
  const backend = await open();
  await goTo("New openings");
  const gone = scope(backend, "New openings");
  backend.organisation.scopes = backend.organisation.scopes.filter((each) => each !== gone);
  backend.tell({ what: "scopes", scopes: [gone.guid, gone.parent ?? ""] });
  await expect.element(page.getByText("This one is no longer here")).toBeVisible();
  await expect.element(page.getByRole("treeitem", { name: "New openings" })).not.toBeInTheDocument();
});

test.each(schemes)("a connection that is lost is said plainly in %s, and taken back", async (scheme) => {
  await prefer(scheme);
  const backend = await open();
  backend.turn({ status: "lost", error: unreachable });
  await expect
    .element(at("connection-lost"))
    .toHaveTextContent(
      "Connection to platform.northwind.example:8443 lost. Everything on this computer still works.",
    );
  await expectAccessible();
  await at("nav-folders").click();
  await expect.element(at("folder-list")).toBeVisible();
  await at("export-all").click();
  await expect.element(at("exported")).toBeVisible();
  backend.turn({ status: "live" });
  await expect.element(page.getByText("Connected to platform.northwind.example:8443")).toBeVisible();
});

test("a platform that answers but tells nothing is not called lost", async () => {
  const backend = await open();
  backend.turn({ status: "lost", error: { code: "too-many-streams", params: {} } });
  await expect.element(page.getByText("but not told what others change")).toBeVisible();
  await expectAccessible();
});

test("a session that ends elsewhere is renewed over the page", async () => {
  const backend = await open();
  backend.turn({ status: "signedOut" });
  await expect.element(at("sign-in-again")).toBeVisible();
});

test("what is told while it is fetched is fetched once more, together", async () => {
  const caught: News[] = [];
  const ends: (() => void)[] = [];
  const live = new Live((news) => {
    caught.push(news);
    return new Promise((resolve) => ends.push(resolve));
  });
  live.tell({ what: "everything" });
  for (let i = 0; i < 5; i += 1) live.tell({ what: "captures", scopes: [`scope ${i}`] });
  live.tell({ what: "accounts", groups: ["group"] });
  expect(caught.length).toBe(1);
  ends[0]?.();
  await vi.waitFor(() => expect(caught.length).toBe(2));
  expect(caught[1]).toMatchObject({ everything: false, tree: true });
  expect(caught[1]?.accountsOf.size).toBe(6);
});
