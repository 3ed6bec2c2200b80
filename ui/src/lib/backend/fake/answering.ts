import type { CommandError, Settings } from "../../bindings";
import { Failure, type Backend } from "../backend";
import { Pushes } from "./pushes";

/** Answers commands as IPC would: later, with copies, and with failures on demand. */
export abstract class Answering extends Pushes {
  readonly calls: string[] = [];
  /** What is set for this computer. */
  preferences: Settings = { notifications: true };
  /** Milliseconds each command takes. */
  protected readonly latency: number;
  readonly #failures = new Map<string, CommandError>();

  constructor(latency: number) {
    super();
    this.latency = latency;
  }

  /** Makes the next call of a command fail. */
  failNext(command: keyof Backend, code: string, params: CommandError["params"] = {}): void {
    this.#failures.set(command, { code, params });
  }

  settings: Backend["settings"] = () => this.answer("settings", () => this.preferences);
  changeSettings: Backend["changeSettings"] = (settings) =>
    this.answer("changeSettings", () => (this.preferences = settings));

  protected async answer<T>(command: keyof Backend, work: () => T): Promise<T> {
    this.calls.push(command);
    await this.pause(this.latency);
    const failure = this.#failures.get(command);
    this.#failures.delete(command);
    if (failure) throw new Failure(failure);
    // A copy: pages can't change the platform by accident.
    return structuredClone(work());
  }

  protected pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}
