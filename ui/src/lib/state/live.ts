import type { PlatformChanged } from "../bindings";

/** What others changed since it was fetched last. */
export interface News {
  /** Anything may have changed. */
  everything: boolean;
  /** Names, places or badges in the tree changed. */
  tree: boolean;
  /** Scopes with other requests or certificates. */
  readonly scopes: Set<string>;
  /** Scopes with other accounts, or accounts whose keys fare differently. */
  readonly accountsOf: Set<string>;
  /** Alerts came, went or became more urgent. */
  alerts: boolean;
}

/** Fetches again what others changed: once at a time, and what is told meanwhile together afterwards. */
export class Live {
  readonly #catchUp: (news: News) => Promise<void>;
  #news = nothing();
  #running = false;

  constructor(catchUp: (news: News) => Promise<void>) {
    this.#catchUp = catchUp;
  }

  tell(changed: PlatformChanged): void {
    switch (changed.what) {
      case "everything":
        this.#news.everything = true;
        break;
      case "scopes":
        this.#news.tree = true;
        add(this.#news.scopes, changed.scopes);
        break;
      case "accounts":
        // The tree says how many there are.
        this.#news.tree = true;
        add(this.#news.accountsOf, changed.groups);
        break;
      case "captures":
        add(this.#news.accountsOf, changed.scopes);
        break;
      case "alerts":
        this.#news.alerts = true;
    }
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (hasSomething(this.#news)) {
        const news = this.#news;
        this.#news = nothing();
        await this.#catchUp(news);
      }
    } finally {
      this.#running = false;
    }
  }
}

const nothing = (): News => ({
  everything: false,
  tree: false,
  scopes: new Set(),
  accountsOf: new Set(),
  alerts: false,
});

const hasSomething = ({ everything, tree, accountsOf, alerts }: News): boolean =>
  everything || tree || accountsOf.size > 0 || alerts;

function add(to: Set<string>, values: readonly string[]): void {
  for (const value of values) to.add(value);
}
