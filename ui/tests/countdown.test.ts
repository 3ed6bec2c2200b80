import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Countdown } from "../src/lib/state/countdown.svelte";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

test("it runs down, then says so once", () => {
  const over = vi.fn();
  const countdown = new Countdown(over);
  countdown.start(30);
  expect(countdown.left).toBe(30);
  vi.advanceTimersByTime(29_000);
  expect(countdown.left).toBe(1);
  expect(over).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_000);
  expect(countdown.running).toBe(false);
  expect(over).toHaveBeenCalledTimes(1);
});

test("stopped, nothing is over; started again, it runs in full", () => {
  const over = vi.fn();
  const countdown = new Countdown(over);
  countdown.start(5);
  vi.advanceTimersByTime(4_000);
  countdown.start(5);
  vi.advanceTimersByTime(4_000);
  expect(countdown.left).toBe(1);
  countdown.stop();
  vi.advanceTimersByTime(60_000);
  expect(over).not.toHaveBeenCalled();
});
