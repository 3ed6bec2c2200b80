/** Keys that are pressed together; `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
export type Chord = `${"Mod+" | ""}${"Shift+" | ""}${string}`;

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

const isMac = /^Mac/u.test(navigator.platform);

/** Whether these keys are the chord. */
export function isChord(event: Pressed, chord: Chord, mac = isMac): boolean {
  const parts = chord.split("+");
  const [mod, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  return (
    event.key.toLowerCase() === parts.at(-1)?.toLowerCase() &&
    mod === parts.includes("Mod") &&
    event.shiftKey === parts.includes("Shift") &&
    !other &&
    !event.altKey
  );
}

/** The chord as it stands on the keys: `Ctrl K`, `⌘K`. */
export function chordText(chord: Chord, mac = isMac): string {
  if (!mac) return chord.replace("Mod", "Ctrl").replaceAll("+", " ").replace("Delete", "Del");
  return chord.replace("Mod", "⌘").replace("Shift", "⇧").replace("Delete", "⌫").replaceAll("+", "");
}
