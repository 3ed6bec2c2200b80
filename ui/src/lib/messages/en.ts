import { Failure } from "../backend/backend";
import type { VerdictView } from "../bindings";
import * as alerts from "./en/alerts";
import * as dialogs from "./en/dialogs";
import { errors } from "./en/errors";
import { menu } from "./en/menu";
import * as pages from "./en/pages";
import * as secondFactor from "./en/second-factor";
import * as shell from "./en/shell";
import { verdicts } from "./en/verdicts";
import type { Explain, Explanation } from "./words";

type Table = { readonly [code in string]: Explain };

const { shell: window, ...states } = shell;

/** Every word of the Console, by the room it stands in. */
export const words = {
  ...window,
  ...states,
  ...pages,
  ...alerts,
  ...secondFactor,
  menu,
  dialogs,
  errors,
  verdicts,
};

const of = (table: Table, code: string) => (Object.hasOwn(table, code) ? table[code] : undefined);

/** What happened and what to do, for anything that was thrown. */
export function explain(thrown: unknown): Explanation & { readonly reason: string | undefined } {
  const failure = Failure.from(thrown);
  const words = of(errors, failure.code) ?? of(errors, "internal");
  const explanation = words?.(failure.params) ?? { what: failure.code, next: "" };
  return { ...explanation, reason: failure.params["reason"] ?? failure.params["what"] };
}

/** What the check of a folder or key pair said. */
export function verdict(view: VerdictView): Explanation {
  return of(verdicts, view.code)?.({ file: view.file ?? undefined }) ?? { what: view.code, next: "" };
}
