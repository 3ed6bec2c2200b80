import { FakeBackend } from "./fake";

/** A fake for `npm run dev`: `?signed-out` and `?new` begin earlier, `?slow` takes its time. */
export function inPlainBrowser(): FakeBackend {
  const query = new URLSearchParams(location.search);
  return new FakeBackend({
    latency: query.has("slow") ? 1500 : 60,
    connected: !query.has("new"),
    signedIn: !query.has("signed-out"),
  });
}
