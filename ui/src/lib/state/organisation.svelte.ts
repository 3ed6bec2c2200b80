import { SvelteMap, SvelteSet } from "svelte/reactivity";

import { Failure, type Backend } from "../backend/backend";
import type { AccountView, ScopeDetailView, ScopeKindView, ScopeView } from "../bindings";
import { byName } from "../format";
import { Loaded } from "./loaded.svelte";

/** A scope that was found, or an account in it. */
export interface Found {
  readonly scope: ScopeView;
  readonly account?: AccountView;
}

/** Where more scopes than this changed, everything is fetched at once. */
const FEW = 16;

/** Collections, Groups and Accounts as the platform has them. */
export class Organisation {
  readonly scopes = new Loaded<ScopeView[]>();
  readonly accounts = new Loaded<AccountView[]>();
  readonly #details = new SvelteMap<string, Loaded<ScopeDetailView>>();
  /** Scopes whose details are to be fetched again when they are looked at. */
  readonly #outdated = new SvelteSet<string>();
  readonly #backend: Backend;
  #root = "";

  readonly #byGuid = $derived(new Map((this.scopes.value ?? []).map((scope) => [scope.guid, scope])));
  readonly #accountsById = $derived(
    new Map((this.accounts.value ?? []).map((account) => [account.id, account])),
  );
  readonly #children = $derived(
    grouped(this.scopes.value ?? [], (scope) => this.#parent(scope) ?? "", byKindThenName),
  );
  readonly #accountsOf = $derived(
    grouped(
      this.accounts.value ?? [],
      (account) => account.group,
      (a, b) => byName(a.name, b.name),
    ),
  );

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Scopes at the top of what the user may see. */
  get roots(): readonly ScopeView[] {
    return this.#children.get("") ?? [];
  }

  scope(guid: string): ScopeView | undefined {
    return this.#byGuid.get(guid);
  }

  account(id: string): AccountView | undefined {
    return this.#accountsById.get(id);
  }

  children(guid: string): readonly ScopeView[] {
    return this.#children.get(guid) ?? [];
  }

  accountsOf(group: string): readonly AccountView[] {
    return this.#accountsOf.get(group) ?? [];
  }

  /** The first scopes and accounts whose names match, in the order of the tree's levels. */
  find(matches: (name: string) => boolean, atMost: number): readonly Found[] {
    const found: Found[] = [];
    for (const scope of this.scopes.value ?? []) {
      if (found.length >= atMost) return found;
      if (matches(scope.name)) found.push({ scope });
    }
    for (const account of this.accounts.value ?? []) {
      if (found.length >= atMost) return found;
      const scope = matches(account.name) && this.scope(account.group);
      if (scope) found.push({ scope, account });
    }
    return found;
  }

  /** Scopes from the root down to the parent. */
  path(guid: string): ScopeView[] {
    const path: ScopeView[] = [];
    let at = this.scope(this.scope(guid)?.parent ?? "");
    while (at && !path.includes(at)) {
      path.unshift(at);
      at = this.scope(at.parent ?? "");
    }
    return path;
  }

  /** The scope and those above it whose certificates capture keys there, nearest first. */
  capturing(guid: string): ScopeView[] {
    const scope = this.scope(guid);
    const way = scope ? [scope, ...this.path(guid).reverse()] : [];
    return way.filter(({ state }) => state === "active" || state === "expiresSoon");
  }

  /** Whether a node may be moved into a scope: a scope into a Collection outside it, an account into a Group. */
  mayMove(node: string, into: string): boolean {
    const target = this.scope(into);
    const account = this.account(node);
    if (!target) return false;
    if (account) return target.kind === "group" && target.guid !== account.group;
    const scope = this.scope(node);
    if (!scope || this.#parent(scope) === null || target.kind !== "collection") return false;
    const inside = into === node || this.path(into).some((above) => above.guid === node);
    return !inside && scope.parent !== into;
  }

  /** The scope and all below it, in tree order. */
  below(guid: string): ScopeView[] {
    const scope = this.scope(guid);
    return scope ? [scope, ...this.children(guid).flatMap((child) => this.below(child.guid))] : [];
  }

  accountsBelow(guid: string): AccountView[] {
    return this.below(guid).flatMap((scope) => this.accountsOf(scope.guid));
  }

  /** What the page of a scope shows beside its accounts. */
  detail(guid: string): Loaded<ScopeDetailView> | undefined {
    return this.#details.get(guid);
  }

  /** Fetches the detail of a scope unless it is there and of today. */
  async showDetail(guid: string): Promise<void> {
    if (!this.#details.has(guid) || this.#outdated.has(guid)) await this.loadDetail(guid);
  }

  async loadDetail(guid: string): Promise<void> {
    this.#outdated.delete(guid);
    const detail = this.#details.get(guid) ?? new Loaded<ScopeDetailView>();
    this.#details.set(guid, detail);
    await detail.fetch(() => this.#backend.scopeDetail(guid));
  }

  /** Fetches the tree from the user's scope down. */
  async load(root: string): Promise<void> {
    this.#root = root;
    await Promise.all([this.loadScopes(), this.accounts.fetch(() => this.#backend.accounts(root))]);
  }

  /** Fetches names, places and badges. */
  loadScopes(): Promise<void> {
    return this.scopes.fetch(() => this.#backend.scopes());
  }

  /** Fetches the accounts of some scopes, in place of those that were known there. */
  async loadAccounts(scopes: readonly string[]): Promise<void> {
    const known = this.accounts.value;
    if (!known || this.accounts.loading || scopes.length > FEW || scopes.includes(this.#root)) {
      await this.accounts.fetch(() => this.#backend.accounts(this.#root));
      return;
    }
    const inside = new Set(scopes.flatMap((guid) => [guid, ...this.below(guid).map((scope) => scope.guid)]));
    await this.accounts.fetch(async () => {
      const fetched = (await Promise.all(scopes.map((guid) => this.#accountsIn(guid)))).flat();
      const byId = new Map(fetched.map((account) => [account.id, account]));
      return [...known.filter(({ id, group }) => !inside.has(group) && !byId.has(id)), ...byId.values()];
    });
  }

  /** Has the details of everything that these scopes touch fetched again when it is looked at; of all without them. */
  outdate(scopes?: readonly string[]): void {
    for (const guid of this.#details.keys()) {
      const way = [guid, ...this.path(guid).map((above) => above.guid)];
      const touches = (changed: string) =>
        way.includes(changed) || this.path(changed).some((above) => above.guid === guid);
      if (!scopes || scopes.some(touches)) this.#outdated.add(guid);
    }
  }

  /** Fetches all that is shown again. */
  async refresh(): Promise<void> {
    this.outdate();
    await this.load(this.#root);
  }

  /** Forgets everything, when somebody signs out. */
  clear(): void {
    this.scopes.clear();
    this.accounts.clear();
    this.#details.clear();
    this.#outdated.clear();
  }

  async createScope(kind: ScopeKindView, name: string, parent: string): Promise<ScopeView> {
    const made = await this.#backend.createScope(kind, name, parent);
    await this.refresh();
    return made;
  }

  async changeScope(guid: string, name: string | null, parent: string | null): Promise<void> {
    await this.#backend.changeScope(guid, name, parent);
    await this.refresh();
  }

  async deleteScope(guid: string): Promise<void> {
    await this.#backend.deleteScope(guid);
    this.#details.delete(guid);
    await this.refresh();
  }

  async createAccount(name: string, group: string): Promise<AccountView> {
    const made = await this.#backend.createAccount(name, group);
    await this.refresh();
    return made;
  }

  async changeAccount(id: string, name: string | null, group: string | null): Promise<void> {
    await this.#backend.changeAccount(id, name, group);
    await this.refresh();
  }

  async deleteAccount(id: string): Promise<void> {
    await this.#backend.deleteAccount(id);
    await this.refresh();
  }

  /** None when the scope is gone. */
  async #accountsIn(guid: string): Promise<AccountView[]> {
    try {
      return await this.#backend.accounts(guid);
    } catch (thrown) {
      if (Failure.from(thrown).code === "not-found") return [];
      throw thrown;
    }
  }

  /** The parent, if the user may see it: a scope whose parent is out of reach is a root. */
  #parent(scope: ScopeView): string | null {
    return scope.parent !== null && this.#byGuid.has(scope.parent) ? scope.parent : null;
  }
}

function grouped<T>(items: readonly T[], key: (item: T) => string, order: (a: T, b: T) => number) {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  for (const group of groups.values()) group.sort(order);
  return groups as ReadonlyMap<string, readonly T[]>;
}

function byKindThenName(a: ScopeView, b: ScopeView): number {
  return a.kind === b.kind ? byName(a.name, b.name) : a.kind === "collection" ? -1 : 1;
}
