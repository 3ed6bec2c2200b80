import type { Row } from "../state/tree.svelte";

/** Pixels that a pointer moves before it drags: less is a click of an unsteady hand. */
const SLACK = 6;
/** How long a closed scope is hovered over before it opens, in ms. */
const OPENS = 600;

/** What the tree does while something is dragged over it. */
export interface Surface {
  /** The row below a point of the window. */
  rowAt(x: number, y: number): Row | undefined;
  /** Whether the dragged row may be moved into this one. */
  mayDrop(dragged: Row, onto: Row): boolean;
  open(row: Row): void;
  drop(dragged: Row, onto: Row): void;
}

/**
 * Dragging rows by pointer. The platform's own drag and drop belongs to certificate folders, which are dropped on the
 * window from outside: Windows lets a web view have only one of the two.
 */
export class Dragging {
  /** What is dragged, once it is. */
  row = $state.raw<Row>();
  /** Where it would fall. */
  onto = $state.raw<Row>();
  x = $state(0);
  y = $state(0);
  readonly #surface: Surface;
  #pressed: { row: Row; x: number; y: number } | undefined;
  #over: string | undefined;
  #opens: ReturnType<typeof setTimeout> | undefined;

  constructor(surface: Surface) {
    this.#surface = surface;
  }

  press(row: Row, event: PointerEvent): void {
    if (event.button === 0 && event.isPrimary) this.#pressed = { row, x: event.clientX, y: event.clientY };
  }

  move(event: PointerEvent): void {
    const pressed = this.#pressed;
    if (!pressed) return;
    const way = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y);
    if (!this.row && way < SLACK) return;
    this.row = pressed.row;
    [this.x, this.y] = [event.clientX, event.clientY];
    const below = this.#surface.rowAt(this.x, this.y);
    this.onto = below && this.#surface.mayDrop(pressed.row, below) ? below : undefined;
    if (below?.id !== this.#over) this.#linger(below);
  }

  /** Whether something was dragged, so that this is no click. */
  release(): boolean {
    const { row, onto } = this;
    this.cancel();
    if (row && onto) this.#surface.drop(row, onto);
    return row !== undefined;
  }

  cancel(): void {
    this.#pressed = undefined;
    this.row = undefined;
    this.onto = undefined;
    this.#linger(undefined);
  }

  /** A closed scope opens when the pointer stays over it. */
  #linger(over: Row | undefined): void {
    clearTimeout(this.#opens);
    this.#over = over?.id;
    if (over?.expanded === false) this.#opens = setTimeout(() => this.#surface.open(over), OPENS);
  }
}
