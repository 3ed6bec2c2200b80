import type { Backend } from "../backend/backend";
import type { AlertsView, AlertView } from "../bindings";
import { Action, Loaded } from "./loaded.svelte";

/** What somebody should do something about, in the user's part of the tree. */
export class Alerts {
  /** How many are open; 1000 stands for that many and more. */
  count = $state(0);
  readonly loaded = new Loaded<AlertsView>();
  readonly more = new Action();
  readonly #backend: Backend;
  #scope: string | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get list(): readonly AlertView[] {
    return this.loaded.value?.alerts ?? [];
  }

  /** Counts those about the user's scope; no scope: the user may not see any. */
  async watch(scope: string | undefined): Promise<void> {
    if (scope !== this.#scope) {
      this.#scope = scope;
      this.count = 0;
      this.loaded.clear();
    }
    await this.refresh();
  }

  /** Counts again, and lists again what is shown. */
  async refresh(): Promise<void> {
    const scope = this.#scope;
    if (scope === undefined) return;
    try {
      this.count = await this.#backend.alertCount(scope);
    } catch {
      // The list says what is wrong, where somebody looks at it.
    }
    if (this.loaded.value) await this.load();
  }

  /** Lists the first of them. */
  async load(): Promise<void> {
    const scope = this.#scope;
    if (scope !== undefined) await this.loaded.fetch(() => this.#backend.alerts(scope, null));
  }

  /** Lists some more of them. */
  async loadMore(): Promise<void> {
    const { value } = this.loaded;
    const scope = this.#scope;
    if (scope === undefined || value?.next === undefined || value.next === null) return;
    const from = value.next;
    const page = await this.more.run(() => this.#backend.alerts(scope, from));
    if (page && this.loaded.value === value)
      this.loaded.value = { alerts: [...value.alerts, ...page.alerts], next: page.next };
  }
}
