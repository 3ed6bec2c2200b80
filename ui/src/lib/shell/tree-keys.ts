/** What a key does in the tree. */
export type TreeAction =
  | "next"
  | "previous"
  | "first"
  | "last"
  | "pageDown"
  | "pageUp"
  | "in"
  | "out"
  | "expandSiblings"
  | "open"
  | "menu"
  | "rename";

const KEYS: { readonly [key in string]: TreeAction } = {
  ArrowDown: "next",
  ArrowUp: "previous",
  Home: "first",
  End: "last",
  PageDown: "pageDown",
  PageUp: "pageUp",
  ArrowRight: "in",
  ArrowLeft: "out",
  "*": "expandSiblings",
  Enter: "open",
  " ": "open",
  ContextMenu: "menu",
  F2: "rename",
};

/** The keyboard of the WAI-ARIA tree pattern, and the menu keys of Windows and Linux. */
export function actionOf(event: KeyboardEvent): TreeAction | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  if (event.key === "F10") return event.shiftKey ? "menu" : undefined;
  return Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
}
