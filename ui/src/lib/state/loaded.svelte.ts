import { Failure } from "../backend/backend";

/** Something that is fetched: what is there so far, and why the last fetch failed. */
export class Loaded<T> {
  value = $state.raw<T>();
  failure = $state.raw<Failure>();
  loading = $state(false);
  #turn = 0;

  /** Fetches; an answer that arrives after a later fetch began is dropped. */
  async fetch(work: () => Promise<T>): Promise<void> {
    const turn = (this.#turn += 1);
    this.loading = true;
    try {
      const value = await work();
      if (turn !== this.#turn) return;
      this.value = value;
      this.failure = undefined;
    } catch (thrown) {
      if (turn === this.#turn) this.failure = Failure.from(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Forgets what was fetched. */
  clear(): void {
    this.#turn += 1;
    this.value = undefined;
    this.failure = undefined;
    this.loading = false;
  }
}

/** Something that the admin started: whether it runs, and why it failed. */
export class Action {
  failure = $state.raw<Failure>();
  running = $state(false);

  /** Runs it unless it runs already; answers undefined when it failed. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.running) return undefined;
    this.running = true;
    this.failure = undefined;
    try {
      return await work();
    } catch (thrown) {
      this.failure = Failure.from(thrown);
      return undefined;
    } finally {
      this.running = false;
    }
  }
}
