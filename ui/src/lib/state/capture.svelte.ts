import type { Backend } from "../backend/backend";
import type { CaptureProgressView } from "../bindings";

/** Milliseconds between two questions. */
const PAUSE = 500;

/** How far the capture after an upload has come, asked for as long as it runs. */
export class Capture {
  progress = $state.raw<CaptureProgressView>();
  readonly #ask: () => Promise<CaptureProgressView>;
  #turn = 0;

  constructor(backend: Backend, scope: string, certificate: string) {
    this.#ask = () => backend.captureProgress(scope, certificate);
  }

  get running(): boolean {
    return this.progress?.state === "running";
  }

  /** Asks until it is done, or somebody stops looking. */
  async follow(): Promise<void> {
    const turn = (this.#turn += 1);
    while (turn === this.#turn) {
      // An answer that is missed is one step of a bar; the connection's own words stand in the footer.
      const progress = await this.#ask().catch(() => this.progress);
      if (turn !== this.#turn) return;
      this.progress = progress;
      if (progress?.state === "done" || progress?.state === "failed") return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  stop(): void {
    this.#turn += 1;
  }
}
