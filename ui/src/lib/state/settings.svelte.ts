import type { Backend } from "../backend/backend";
import type { Settings as Set } from "../bindings";
import { Loaded } from "./loaded.svelte";

/** What the user set for this computer. */
export class Settings {
  readonly loaded = new Loaded<Set>();
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Whether the desktop shows what happens on the platform. */
  get notifications(): boolean {
    return this.loaded.value?.notifications ?? true;
  }

  load(): Promise<void> {
    return this.loaded.fetch(() => this.#backend.settings());
  }

  /** Switches desktop notifications on or off. */
  async switchNotifications(): Promise<void> {
    const notifications = !this.notifications;
    await this.loaded.fetch(() => this.#backend.changeSettings({ notifications }));
  }
}
