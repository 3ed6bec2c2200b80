import { createContext } from "svelte";

import type { Backend, Failure, Unlisten } from "../backend/backend";
import { Alerts } from "./alerts.svelte";
import { Connection, noted } from "./connection.svelte";
import { Dialogs, type Open } from "./dialogs.svelte";
import { Folders } from "./folders.svelte";
import { Live, type News } from "./live";
import { Organisation } from "./organisation.svelte";
import { Place } from "./place.svelte";
import { Settings } from "./settings.svelte";
import { Tree } from "./tree.svelte";
import { Waiting } from "./waiting.svelte";

/** Dialogs that a locked window does not keep. */
const HAVE_SECRETS: ReadonlySet<Open["dialog"]> = new Set(["recover", "enrol", "palette", "secondFactor"]);

/** All state of the window, one part a domain. */
export class Console {
  readonly backend: Backend;
  readonly connection: Connection;
  readonly organisation: Organisation;
  readonly tree: Tree;
  readonly folders: Folders;
  readonly waiting: Waiting;
  readonly alerts: Alerts;
  readonly settings: Settings;
  readonly place = new Place();
  readonly dialogs = new Dialogs();
  /** Counts how often the admin asked for the search field. */
  searches = $state(0);
  readonly #live = new Live((news) => this.#catchUp(news));

  constructor(backend: Backend) {
    this.connection = new Connection(backend);
    this.backend = noted(backend, (failure) => this.#note(failure));
    this.organisation = new Organisation(this.backend);
    this.tree = new Tree(this.organisation);
    this.folders = new Folders(this.backend);
    this.alerts = new Alerts(this.backend);
    this.settings = new Settings(this.backend);
    this.waiting = new Waiting(this.organisation, this.folders);
  }

  /** Whether the user requests and uploads certificates and recovers keys. */
  get administers(): boolean {
    const role = this.connection.session?.role;
    return role === "platformAdmin" || role === "groupAdmin";
  }

  /** Whether the user sees reports and alerts. */
  get seesReports(): boolean {
    return this.administers || this.connection.session?.role === "auditor";
  }

  /** Puts the admin into the search field. */
  searching(): void {
    this.searches += 1;
  }

  /** Notes what an answer says; where a second factor has to be set up first, leads there. */
  #note(failure?: Failure): void {
    this.connection.note(failure);
    if (failure?.code === "second-factor-not-set-up" && this.dialogs.open?.dialog !== "secondFactor")
      this.dialogs.show({ dialog: "secondFactor", demanded: true });
  }

  /** Fetches all that the window shows, once somebody is signed in. */
  async enter(): Promise<void> {
    const root = this.connection.session?.scope;
    if (root === undefined) return;
    await Promise.all([
      this.organisation.load(root),
      this.folders.load(),
      this.settings.load(),
      this.alerts.watch(this.seesReports ? root : undefined),
    ]);
    this.#beginAt(root);
    await this.waiting.load();
  }

  /** Follows what the Rust half says of the platform. */
  async follow(): Promise<Unlisten> {
    const unlisten = await Promise.all([
      this.backend.onPlatformChanged((changed) => this.#live.tell(changed)),
      this.backend.onConnectionChanged((changed) => this.connection.follow(changed)),
    ]);
    return () => {
      for (const stop of unlisten) stop();
    };
  }

  /** Fetches all that is shown again. */
  async refresh(): Promise<void> {
    await Promise.all([this.organisation.refresh(), this.folders.load(), this.alerts.refresh()]);
    // The first fetch may have been overtaken by this one.
    this.#beginAt(this.connection.session?.scope ?? "");
    await this.waiting.load();
  }

  /** Goes to the user's scope, unless they are somewhere already. */
  #beginAt(root: string): void {
    if (this.place.at || !this.organisation.scope(root)) return;
    this.tree.openTop();
    this.tree.active = root;
    this.place.goToScope(root);
  }

  /** Fetches what others changed; before anything was fetched, there is nothing to fetch again. */
  async #catchUp(news: News): Promise<void> {
    if (
      !this.connection.session ||
      this.connection.locked ||
      !(this.organisation.scopes.value ?? this.organisation.scopes.loading)
    )
      return;
    if (news.everything) return this.refresh();
    const changed = [...news.scopes, ...news.accountsOf];
    await Promise.all([
      news.tree ? this.organisation.loadScopes() : undefined,
      news.alerts ? this.alerts.refresh() : undefined,
      news.accountsOf.size > 0 ? this.organisation.loadAccounts([...news.accountsOf]) : undefined,
    ]);
    this.organisation.outdate(changed);
    await this.waiting.load();
  }

  /** Locks the window. What shows a secret is closed; everything else is as it was when somebody signs in again. */
  async lock(): Promise<void> {
    const { open } = this.dialogs;
    if (open !== undefined && HAVE_SECRETS.has(open.dialog)) this.dialogs.close();
    await this.connection.lock();
  }

  /** Signs out and forgets what the platform said. */
  async leave(): Promise<void> {
    await this.connection.signOut();
    this.organisation.clear();
    await this.alerts.watch(undefined);
    this.place.at = undefined;
    this.dialogs.close();
  }
}

/** The window's state, from anywhere below the window. */
export const [useConsole, provideConsole] = createContext<Console>();
