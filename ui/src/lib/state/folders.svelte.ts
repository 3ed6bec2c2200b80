import { Failure, type Backend, type Unlisten } from "../backend/backend";
import type { CertificateFoldersView, CertificateFolderView, ImportView } from "../bindings";
import { Loaded } from "./loaded.svelte";

/** The Certificates directory, live. */
export class Folders {
  readonly loaded = new Loaded<CertificateFoldersView>();
  /** Whether folders are dragged over the window. */
  hovering = $state(false);
  /** What the last import did. */
  imported = $state.raw<ImportView>();
  /** Why the last import failed. */
  importFailure = $state.raw<Failure>();
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get list(): readonly CertificateFolderView[] {
    return this.loaded.value?.folders ?? [];
  }

  /** The folder of a scope. */
  of(scope: string): CertificateFolderView | undefined {
    return this.list.find((folder) => folder.folder === scope);
  }

  /** Fetches the list. */
  load(): Promise<void> {
    return this.loaded.fetch(() => this.#backend.certificateFolders());
  }

  /** Follows what the Rust half pushes. */
  async follow(): Promise<Unlisten> {
    const unlisten = await Promise.all([
      this.#backend.onFoldersChanged((folders) => {
        void this.loaded.fetch(() => Promise.resolve(folders));
      }),
      this.#backend.onFoldersDropped((event) => {
        this.hovering = event.status === "hovering";
        if (event.status === "imported") this.#note(event.result);
        if (event.status === "failed") this.#note(undefined, Failure.from(event.error));
      }),
    ]);
    return () => {
      for (const stop of unlisten) stop();
    };
  }

  /** Lets the admin choose a folder and imports it. */
  async import(): Promise<void> {
    try {
      const result = await this.#backend.importFolders();
      if (result) this.#note(result);
    } catch (thrown) {
      this.#note(undefined, Failure.from(thrown));
    }
    await this.load();
  }

  /** Forgets what the last import did. */
  dismissImport(): void {
    this.#note(undefined);
  }

  /** Where the copy went; null when the dialog was dismissed. */
  export(folders: readonly string[]): Promise<string | null> {
    return this.#backend.exportFolders([...folders]);
  }

  async open(folder: string | null): Promise<void> {
    await this.#backend.openCertificatesDirectory(folder);
  }

  async deleteKeyPair(folder: string, spkiFingerprint: string, typedName: string): Promise<void> {
    await this.#backend.deleteKeyPair(folder, spkiFingerprint, typedName);
    await this.load();
  }

  #note(imported?: ImportView, failure?: Failure): void {
    this.imported = imported;
    this.importFailure = failure;
  }
}
