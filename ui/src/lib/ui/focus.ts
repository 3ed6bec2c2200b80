/** Where each step of a conversation begins: what asks for it, else the choice made, else the first field. */
const BEGINNINGS = [
  "[data-focus]",
  "input:checked:not(:disabled)",
  "input:not(:disabled), select, textarea",
  "[data-primary]:not(:disabled)",
];

/** Puts the focus on the first question inside. */
export function focusFirst(inside: HTMLElement | null | undefined): void {
  for (const beginning of BEGINNINGS) {
    const found = inside?.querySelector<HTMLElement>(beginning);
    if (found) return found.focus();
  }
}
