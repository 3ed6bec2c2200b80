import type { KeyPairView, ScopeKindView } from "../bindings";

/** A node that is renamed, moved or deleted. */
export type Node = { readonly scope: string } | { readonly account: string };

/** The dialog that stands over the page. */
export type Open =
  | { readonly dialog: "palette" }
  | { readonly dialog: "secondFactor"; readonly demanded: boolean }
  | { readonly dialog: "request"; readonly scope: string }
  | { readonly dialog: "upload"; readonly scope: string }
  | { readonly dialog: "recover"; readonly scope: string; readonly account?: string }
  | { readonly dialog: "share"; readonly scope: string }
  | { readonly dialog: "alertRules"; readonly scope: string }
  | { readonly dialog: "enrol"; readonly account: string }
  | { readonly dialog: "create"; readonly kind: ScopeKindView | "account"; readonly parent: string }
  | { readonly dialog: "rename" | "delete"; readonly node: Node }
  | { readonly dialog: "move"; readonly node: Node; readonly to?: string }
  | {
      readonly dialog: "deleteKeyPair";
      readonly folder: string;
      readonly name: string;
      readonly keyPair: KeyPairView;
    };

/** Which dialog is open: one at a time. */
export class Dialogs {
  open = $state.raw<Open>();

  show(open: Open): void {
    this.open = open;
  }

  close(): void {
    this.open = undefined;
  }
}
