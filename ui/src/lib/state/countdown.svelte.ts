/** Seconds that run down in front of the admin's eyes. */
export class Countdown {
  left = $state(0);
  readonly #over: () => void;
  #deadline = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(over: () => void = () => undefined) {
    this.#over = over;
  }

  get running(): boolean {
    return this.left > 0;
  }

  /** Begins anew. */
  start(seconds: number): void {
    this.stop();
    this.#deadline = performance.now() + seconds * 1000;
    this.left = seconds;
    this.#timer = setInterval(() => this.#tick(), 250);
  }

  /** Ends it without anything being over. */
  stop(): void {
    clearInterval(this.#timer);
    this.left = 0;
  }

  #tick(): void {
    this.left = Math.max(0, Math.ceil((this.#deadline - performance.now()) / 1000));
    if (this.left > 0) return;
    this.stop();
    this.#over();
  }
}
