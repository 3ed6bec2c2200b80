import type {
  CertificateFoldersView,
  ConnectionChanged,
  FoldersDropped,
  PlatformChanged,
} from "../../bindings";
import type { BackendEvents, Unlisten } from "../backend";

type Listener<T> = (payload: T) => void;

/** What the Rust half would push, pushed by a test. */
export class Pushes implements BackendEvents {
  /** The Certificates directory. */
  folders: CertificateFoldersView = { path: "", folders: [] };
  readonly #foldersChanged = new Set<Listener<CertificateFoldersView>>();
  readonly #foldersDropped = new Set<Listener<FoldersDropped>>();
  readonly #clipboardCleared = new Set<Listener<number>>();
  readonly #platformChanged = new Set<Listener<PlatformChanged>>();
  readonly #connectionChanged = new Set<Listener<ConnectionChanged>>();

  /** What the Rust half would push when folders are dragged over the window. */
  drop(event: FoldersDropped): void {
    for (const listener of this.#foldersDropped) listener(event);
  }

  /** What the Rust half would push when a folder changes. */
  changeFolders(folders: CertificateFoldersView): void {
    this.folders = folders;
    for (const listener of this.#foldersChanged) listener(folders);
  }

  /** What the Rust half would push 30 seconds after a copy. */
  clearClipboard(handle: number): void {
    for (const listener of this.#clipboardCleared) listener(handle);
  }

  /** What the Rust half would push when somebody else changes something. */
  tell(changed: PlatformChanged): void {
    for (const listener of this.#platformChanged) listener(changed);
  }

  /** What the Rust half would push when the platform goes away or comes back. */
  turn(changed: ConnectionChanged): void {
    for (const listener of this.#connectionChanged) listener(changed);
  }

  onFoldersChanged: BackendEvents["onFoldersChanged"] = (listener) => listen(this.#foldersChanged, listener);
  onFoldersDropped: BackendEvents["onFoldersDropped"] = (listener) => listen(this.#foldersDropped, listener);
  onClipboardCleared: BackendEvents["onClipboardCleared"] = (listener) =>
    listen(this.#clipboardCleared, listener);
  onPlatformChanged: BackendEvents["onPlatformChanged"] = (listener) =>
    listen(this.#platformChanged, listener);
  onConnectionChanged: BackendEvents["onConnectionChanged"] = (listener) =>
    listen(this.#connectionChanged, listener);
}

function listen<T>(listeners: Set<Listener<T>>, listener: Listener<T>): Promise<Unlisten> {
  listeners.add(listener);
  return Promise.resolve(() => listeners.delete(listener));
}
