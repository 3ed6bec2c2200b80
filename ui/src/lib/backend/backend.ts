import type {
  CertificateFoldersView,
  CommandError,
  ConnectionChanged,
  FoldersDropped,
  PlatformChanged,
  RequestedView,
  RequestProgressView,
  KeySizeView,
  commands,
} from "../bindings";

type Commands = typeof commands;
type Answer<R> = R extends { status: "ok"; data: infer T } ? T : never;
type Called<F> = F extends (...args: infer A) => Promise<infer R>
  ? (...args: A) => Promise<Answer<R>>
  : never;

/** Takes a listener away again. */
export type Unlisten = () => void;

/** What the Console's Rust half pushes. */
export interface BackendEvents {
  /** A certificate folder appeared, changed or vanished. */
  onFoldersChanged(listener: (folders: CertificateFoldersView) => void): Promise<Unlisten>;
  /** Folders hover over the window, left it or were dropped on it. */
  onFoldersDropped(listener: (event: FoldersDropped) => void): Promise<Unlisten>;
  /** A copied secret is no longer on the clipboard. */
  onClipboardCleared(listener: (handle: number) => void): Promise<Unlisten>;
  /** Something changed on the platform. */
  onPlatformChanged(listener: (changed: PlatformChanged) => void): Promise<Unlisten>;
  /** The platform is followed, or no longer. */
  onConnectionChanged(listener: (changed: ConnectionChanged) => void): Promise<Unlisten>;
}

/** The one seam between pages and the Rust half: every command, failing with a {@link Failure}. */
export type Backend = { [K in Exclude<keyof Commands, "requestCertificate">]: Called<Commands[K]> } & {
  /** Makes a key pair and submits its request; tells how far it is. */
  requestCertificate(
    scope: string,
    keySize: KeySizeView,
    passphrase: string,
    onProgress: (progress: RequestProgressView) => void,
  ): Promise<RequestedView>;
} & BackendEvents;

/** A refusal or failure with a stable code; the messages own its words. */
export class Failure extends Error implements CommandError {
  readonly code: string;
  readonly params: { [key in string]: string };

  constructor(error: Partial<CommandError>) {
    const code = error.code ?? "internal";
    super(code);
    this.code = code;
    this.params = error.params ?? {};
  }

  /** Whatever was thrown, as a Failure. */
  static from(thrown: unknown): Failure {
    if (thrown instanceof Failure) return thrown;
    if (typeof thrown === "object" && thrown !== null && "code" in thrown)
      return new Failure(thrown as CommandError);
    return new Failure({ code: "internal", params: { reason: String(thrown) } });
  }
}
