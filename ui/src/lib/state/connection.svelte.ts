import { Failure, type Backend } from "../backend/backend";
import type { ConnectionChanged, ConnectionView, PlatformView, SessionView } from "../bindings";
import { Loaded } from "./loaded.svelte";

/** The platform this Console talks to, and who is signed in. */
export class Connection {
  readonly loaded = new Loaded<ConnectionView>();
  /** Whether the platform answered the last call. */
  reachable = $state(true);
  /** Why nobody tells what changes on the platform. */
  unfollowed = $state.raw<Failure>();
  /** Whether the session ended while the window was in use: pages stay, and the admin signs in again over them. */
  expired = $state(false);
  /** Whether the window is locked: pages stay behind a cover, and the admin signs in again over them. */
  locked = $state(false);
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get platform(): PlatformView | null {
    return this.loaded.value?.platform ?? null;
  }

  get session(): SessionView | null {
    return this.loaded.value?.session ?? null;
  }

  /** Host and port of the platform. */
  get host(): string {
    return this.platform?.address.replace(/^https:\/\//u, "") ?? "";
  }

  load(): Promise<void> {
    return this.loaded.fetch(() => this.#backend.connection());
  }

  async connect(address: string, authority: string): Promise<void> {
    this.loaded.value = await this.#backend.connect(address, authority);
  }

  async forget(): Promise<void> {
    this.loaded.value = await this.#backend.forgetConnection();
  }

  async signIn(user: string, password: string, code: string | null): Promise<void> {
    this.loaded.value = await this.#backend.signIn(user, password, code);
    this.#letIn();
  }

  /** Whether people sign in at their organisation's identity provider too; false when the platform can't be asked. */
  async offersOrganisation(): Promise<boolean> {
    try {
      return (await this.#backend.signInWays()).organisation;
    } catch {
      // Signing in will say what is wrong, where somebody tries.
      return false;
    }
  }

  /** Signs in in the browser, unless that is given up. */
  async signInWithOrganisation(): Promise<void> {
    try {
      this.loaded.value = await this.#backend.signInWithOrganisation();
      this.#letIn();
    } catch (thrown) {
      if (Failure.from(thrown).code !== "cancelled") throw thrown;
    }
  }

  async cancelSignIn(): Promise<void> {
    await this.#backend.cancelSignIn();
  }

  async signOut(): Promise<void> {
    this.loaded.value = await this.#backend.signOut();
    this.#letIn();
    this.unfollowed = undefined;
  }

  /** Ends the session and hides what was open. */
  async lock(): Promise<void> {
    if (!this.session || this.locked || this.expired) return;
    this.locked = true;
    await this.#backend.lockWindow();
  }

  #letIn(): void {
    this.expired = false;
    this.locked = false;
  }

  /** Notes what became of the stream that tells what changes. */
  follow(changed: ConnectionChanged): void {
    this.unfollowed = changed.status === "lost" ? Failure.from(changed.error) : undefined;
    if (changed.status === "signedOut") this.expired = this.session !== null && !this.locked;
    else this.note(this.unfollowed);
  }

  /** Notes what an answer of the platform says about the connection. */
  note(failure?: Failure): void {
    this.reachable = failure?.code !== "platform-unreachable";
    if (failure?.code === "signed-out" && this.session && !this.locked) this.expired = true;
  }
}

/** Commands that never speak to the platform, so that their answers say nothing about the connection. */
const LOCAL: ReadonlySet<string> = new Set([
  "connection",
  "settings",
  "changeSettings",
  "printWindow",
  "passphraseStrength",
  "cancelRequest",
  "cancelSignIn",
  "lockWindow",
  "saveTable",
  "saveRequestCopy",
  "pickCertificateFile",
  "revealSecret",
  "copySecret",
  "saveSecret",
  "forgetRecoveredKey",
  "certificateFolders",
  "openCertificatesDirectory",
  "exportFolders",
  "importFolders",
  "deleteKeyPair",
  "onFoldersChanged",
  "onFoldersDropped",
  "onClipboardCleared",
  "onPlatformChanged",
  "onConnectionChanged",
]);

/** The same backend, with every answer noted. */
export function noted(backend: Backend, note: (failure?: Failure) => void): Backend {
  return new Proxy(backend, {
    get(target, name: keyof Backend) {
      const command = target[name] as (...args: unknown[]) => Promise<unknown>;
      if (typeof command !== "function" || LOCAL.has(name)) return command;
      return async (...args: unknown[]) => {
        try {
          const answer = await command.apply(target, args);
          note();
          return answer;
        } catch (thrown) {
          const failure = Failure.from(thrown);
          note(failure);
          throw failure;
        }
      };
    },
  });
}
