/** The tabs of a scope's page. */
export type ScopeTab = "overview" | "accounts" | "certificates";

/** What the right side of the window shows. */
export type Destination =
  | { readonly page: "scope"; readonly scope: string; readonly tab: ScopeTab }
  | { readonly page: "account"; readonly account: string }
  | { readonly page: "report"; readonly scope: string }
  | { readonly page: "alerts" }
  | { readonly page: "folders" }
  | { readonly page: "requests" };

/** Where the admin is. */
export class Place {
  at = $state.raw<Destination>();

  go(destination: Destination): void {
    this.at = destination;
  }

  goToScope(scope: string, tab: ScopeTab = "overview"): void {
    this.at = { page: "scope", scope, tab };
  }

  goToAccount(account: string): void {
    this.at = { page: "account", account };
  }

  /** The tree node that the page belongs to. */
  get node(): string | undefined {
    if (this.at?.page === "account") return this.at.account;
    return this.at?.page === "scope" || this.at?.page === "report" ? this.at.scope : undefined;
  }
}
