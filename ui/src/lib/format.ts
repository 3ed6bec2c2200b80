const DAY = 24 * 60 * 60 * 1000;
const locale = usersLocale();

const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const month = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });
const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
const names = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });

/** Names in the order a person expects: `ws-2` before `ws-10`. */
export const byName = (a: string, b: string): number => names.compare(a, b);

/** `24 Mar 2026`, in the user's locale. */
export const day = (moment: string): string => date.format(new Date(moment));

/** `March 2026`. */
export const monthName = (moment: Date): string => month.format(moment);

/** The exact moment, for the tooltip of a shorter one. */
export const exactly = (moment: string): string => exact.format(new Date(moment));

/** `today 02:11`, `yesterday 23:40`, `9 days ago`, else the day; what is to come with its time. */
export function ago(moment: string, now = new Date()): string {
  const then = new Date(moment);
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(then)) / DAY);
  if (days === 0) return `today ${time.format(then)}`;
  if (days < 0) return `${date.format(then)} ${time.format(then)}`;
  if (days === 1) return `yesterday ${time.format(then)}`;
  return days < 30 ? `${days} days ago` : date.format(then);
}

/** A fingerprint in groups of four, as people read it out. */
export const inFours = (hex: string): string[] => hex.match(/.{1,4}/g) ?? [];

/** The first and last digits of a long identifier. */
export const shortened = (value: string): string =>
  value.length > 14 ? `${value.slice(0, 8)}…${value.slice(-4)}` : value;

/** The two letters that stand for a person. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}

/** How much of a validity is over, 0 to 1. */
export function elapsed(notBefore: string, notAfter: string, now = new Date()): number {
  const [from, to] = [new Date(notBefore).getTime(), new Date(notAfter).getTime()];
  return to > from ? Math.min(1, Math.max(0, (now.getTime() - from) / (to - from))) : 1;
}

/** The user's locale; English where the system names none that exists: WebKit says `C` under `LANG=C`. */
function usersLocale(): string {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0] ?? "en";
  } catch {
    return "en";
  }
}
