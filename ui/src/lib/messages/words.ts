/** What a failure is about: names, dates, paths. */
export type Params = { readonly [key in string]: string | undefined };

/** Words for a failure: what happened, then what to do. */
export interface Explanation {
  readonly what: string;
  readonly next: string;
}

/** Words for one code. */
export type Explain = (params: Params) => Explanation;

/** Words that are the same for every occurrence. */
export const say =
  (what: string, next: string): Explain =>
  () => ({ what, next });

/** `1 key`, `2 keys`. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString()} ${n === 1 ? one : many}`;

/** A name in quotation marks, or what to say when there is none. */
export const quoted = (name: string | undefined, otherwise: string): string =>
  name ? `“${name}”` : otherwise;
