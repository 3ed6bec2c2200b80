import type { Failure } from "../backend/backend";

/** A code of the second factor: whether the platform asked for one, and what was typed. */
export class Code {
  asked = $state(false);
  typed = $state("");

  /** What is sent. */
  get sent(): string | null {
    return this.asked ? this.typed.trim() : null;
  }

  /** Whether something is still to be typed. */
  get missing(): boolean {
    return this.asked && this.typed.trim() === "";
  }

  /** Takes an answer; whether it is about the code alone, so that the rest of what was typed was right. */
  takes(failure: Failure | undefined): boolean {
    if (failure?.code !== "second-factor-required" && failure?.code !== "code-refused") return false;
    this.asked = true;
    this.typed = "";
    return true;
  }
}
