/** Minutes without a hand on the window before it is locked. */
export const IDLE_MINUTES = 15;

/** How long nobody used the window; by the wall clock, so that a sleep of the computer counts. */
export class Idle {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #idle: () => void;
  #used: number;

  constructor(idle: () => void, limit = IDLE_MINUTES * 60_000, now: () => number = () => Date.now()) {
    this.#idle = idle;
    this.#limit = limit;
    this.#now = now;
    this.#used = now();
  }

  /** Somebody uses it. After a long absence that is too late: whoever comes back may be somebody else. */
  touch(): void {
    if (!this.check()) this.#used = this.#now();
  }

  /** Whether it was used too long ago, which is told once. */
  check(): boolean {
    const now = this.#now();
    if (now - this.#used < this.#limit) return false;
    this.#used = now;
    this.#idle();
    return true;
  }
}
