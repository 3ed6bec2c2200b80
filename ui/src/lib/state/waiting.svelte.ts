import type { RequestView } from "../bindings";
import type { Folders } from "./folders.svelte";
import type { Organisation } from "./organisation.svelte";

/** A key pair on this computer whose request the platform does not know. */
export interface Unsubmitted {
  readonly scope: string;
  readonly name: string;
  readonly spkiFingerprint: string;
  readonly created: string | null;
}

const OPEN: ReadonlySet<RequestView["state"]> = new Set(["waiting", "signed", "rejected"]);

/** Requests that still need something: an officer, an upload, or to be submitted at all. */
export class Waiting {
  readonly #organisation: Organisation;
  readonly #folders: Folders;

  /** Scopes that may have such a request: their badge says so, or an unsigned key pair lies here. */
  readonly scopes: readonly string[] = $derived.by(() => {
    const badges = (this.#organisation.scopes.value ?? [])
      .filter((scope) => scope.state === "requested" || scope.state === "signedNotUploaded")
      .map((scope) => scope.guid);
    const local = this.#folders.list
      .filter((folder) => folder.keyPairs.some((pair) => pair.verdict.code === "folder-not-signed-yet"))
      .map((folder) => folder.folder)
      .filter((guid) => this.#organisation.scope(guid) !== undefined);
    return [...new Set([...badges, ...local])];
  });

  readonly requests: readonly RequestView[] = $derived(
    this.scopes
      .flatMap((guid) => this.#organisation.detail(guid)?.value?.requests ?? [])
      .filter((request) => OPEN.has(request.state)),
  );

  readonly unsubmitted: readonly Unsubmitted[] = $derived.by(() =>
    this.#folders.list.flatMap((folder) => {
      const known = this.#organisation.detail(folder.folder)?.value?.requests;
      if (!known) return [];
      return folder.keyPairs.flatMap(({ verdict, spkiFingerprint, created }) => {
        const isUnsigned = verdict.code === "folder-not-signed-yet" && spkiFingerprint !== null;
        if (!isUnsigned || known.some((request) => request.spkiFingerprint === spkiFingerprint)) return [];
        return [{ scope: folder.folder, name: folder.name ?? folder.folder, spkiFingerprint, created }];
      });
    }),
  );

  /** How many need something. */
  readonly count: number = $derived(this.requests.length + this.unsubmitted.length);

  constructor(organisation: Organisation, folders: Folders) {
    this.#organisation = organisation;
    this.#folders = folders;
  }

  /** Fetches the requests of scopes that may have one. */
  async load(): Promise<void> {
    await Promise.all(this.scopes.map((guid) => this.#organisation.showDetail(guid)));
  }

  /** Whether the first answers are still on their way. */
  get loading(): boolean {
    return this.scopes.some(
      (guid) => !this.#organisation.detail(guid)?.value && !this.#organisation.detail(guid)?.failure,
    );
  }
}
