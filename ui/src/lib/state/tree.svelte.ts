import { SvelteSet } from "svelte/reactivity";

import type { AccountView, ScopeStateView, ScopeView } from "../bindings";
import type { Organisation } from "./organisation.svelte";

/** One visible row of the tree. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  /** Undefined for what cannot be expanded. */
  readonly expanded: boolean | undefined;
  readonly scope?: ScopeView;
  readonly account?: AccountView;
}

/** Which part of the tree is open, what it is filtered by and which row is active. */
export class Tree {
  filter = $state("");
  /** Only scopes whose certificate is in one of these states; all when there is none. */
  readonly states = new SvelteSet<ScopeStateView>();
  active = $state<string>();
  readonly expanded = new SvelteSet<string>();
  readonly #organisation: Organisation;

  readonly #kept = $derived(this.#matching());
  readonly rows: readonly Row[] = $derived(this.#visible());
  readonly #index = $derived(new Map(this.rows.map((row, index) => [row.id, index])));

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
  }

  /** Whether only a part of the tree is shown. */
  get filtered(): boolean {
    return this.#kept !== undefined;
  }

  /** How many nodes match the filter by their own name or state. */
  get matches(): number {
    return this.#kept?.matches.size ?? 0;
  }

  indexOf(id: string | undefined): number {
    return (id === undefined ? undefined : this.#index.get(id)) ?? -1;
  }

  /** The row that keys act on: the active one, else the first. */
  get activeRow(): Row | undefined {
    return this.rows[this.indexOf(this.active)] ?? this.rows[0];
  }

  toggle(id: string, open = !this.expanded.has(id)): void {
    if (open) this.expanded.add(id);
    else this.expanded.delete(id);
  }

  /** Opens all that leads to a node. */
  reveal(id: string): void {
    const account = this.#organisation.account(id);
    const scope = account?.group ?? id;
    for (const above of this.#organisation.path(scope)) this.expanded.add(above.guid);
    if (account) this.expanded.add(scope);
    this.active = id;
  }

  /** Opens Collections so that the first look shows Groups, not one lonely root. */
  openTop(): void {
    for (const root of this.#organisation.roots) {
      this.expanded.add(root.guid);
      for (const child of this.#organisation.children(root.guid)) {
        if (child.kind === "collection" && this.expanded.size < 8) this.expanded.add(child.guid);
      }
    }
  }

  /** The next row whose name begins with what was typed, from the active row on. */
  startingWith(typed: string): Row | undefined {
    const from = Math.max(0, this.indexOf(this.active)) + (typed.length === 1 ? 1 : 0);
    const prefix = typed.toLocaleLowerCase();
    const order = [...this.rows.slice(from), ...this.rows.slice(0, from)];
    return order.find((row) => row.name.toLocaleLowerCase().startsWith(prefix));
  }

  #matching(): { matches: Set<string>; kept: Set<string> } | undefined {
    const wanted = this.filter.trim().toLocaleLowerCase();
    const anyState = this.states.size === 0;
    if (wanted === "" && anyState) return undefined;
    const [matches, kept] = [new Set<string>(), new Set<string>()];
    const isWanted = ({ name, guid, state }: ScopeView): boolean =>
      (anyState || this.states.has(state)) &&
      (name.toLocaleLowerCase().includes(wanted) || guid.startsWith(wanted));
    const visit = (scope: ScopeView): boolean => {
      let keep = isWanted(scope);
      if (keep) matches.add(scope.guid);
      // Accounts have no certificates.
      for (const account of anyState ? this.#organisation.accountsOf(scope.guid) : []) {
        if (!account.name.toLocaleLowerCase().includes(wanted)) continue;
        matches.add(account.id);
        kept.add(account.id);
        keep = true;
      }
      for (const child of this.#organisation.children(scope.guid)) keep = visit(child) || keep;
      if (keep) kept.add(scope.guid);
      return keep;
    };
    for (const root of this.#organisation.roots) visit(root);
    return { matches, kept };
  }

  #visible(): Row[] {
    const rows: Row[] = [];
    this.#addScopes(this.#organisation.roots, null, 1, rows);
    return rows;
  }

  #addScopes(scopes: readonly ScopeView[], parent: string | null, level: number, rows: Row[]): void {
    const kept = this.#kept?.kept;
    const shown = kept ? scopes.filter((scope) => kept.has(scope.guid)) : scopes;
    shown.forEach((scope, index) => {
      const children = this.#organisation.children(scope.guid);
      const accounts = this.#organisation.accountsOf(scope.guid);
      const keptAccounts = kept ? accounts.filter((account) => kept.has(account.id)) : accounts;
      const keptChildren = kept ? children.filter((child) => kept.has(child.guid)) : children;
      const hasChildren = keptChildren.length + keptAccounts.length > 0;
      const expanded = hasChildren ? kept !== undefined || this.expanded.has(scope.guid) : undefined;
      const place = { parent, level, position: index + 1, siblings: shown.length, expanded };
      rows.push({ id: scope.guid, name: scope.name, scope, ...place });
      if (!expanded) return;
      this.#addScopes(children, scope.guid, level + 1, rows);
      keptAccounts.forEach((account, position) => {
        rows.push({
          id: account.id,
          name: account.name,
          account,
          parent: scope.guid,
          level: level + 1,
          position: keptChildren.length + position + 1,
          siblings: keptChildren.length + keptAccounts.length,
          expanded: undefined,
        });
      });
    });
  }
}
