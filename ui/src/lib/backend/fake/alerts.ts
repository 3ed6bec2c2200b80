import type { AlertKindView, AlertRulesView, AlertRuleView, AlertView } from "../../bindings";
import type { Backend } from "../backend";
import { FakeSecondFactor } from "./second-factor";
import { above, below, type Organisation } from "./organisation";
import { Dice } from "./random";

/** As many as the Rust half asks for. */
const ON_A_PAGE = 200;
const DAY = 24 * 60 * 60 * 1000;

/** A rule that somebody set. */
interface SetRule {
  readonly scope: string;
  readonly kind: AlertKindView;
  readonly rule: AlertRuleView;
}

const USUAL: { readonly [kind in AlertKindView]: readonly number[] } = {
  certificateExpires: [90, 30, 7, 1],
  keyNotCaptured: [14],
  endedCredentialUsed: [],
};

/** What somebody should do something about, on the sample platform. */
export abstract class FakeAlerts extends FakeSecondFactor {
  abstract readonly organisation: Organisation;
  /** Every open alert. */
  alertList: AlertView[] = [];
  /** Whether the platform sends mail. */
  sendsMail = true;
  #rules: SetRule[] = [];

  alerts: Backend["alerts"] = (scope, from) =>
    this.answer("alerts", () => {
      const all = alertsBelow(this.organisation, this.alertList, scope);
      const begin = Number(from ?? 0);
      const end = begin + ON_A_PAGE;
      return { alerts: all.slice(begin, end), next: end < all.length ? String(end) : null };
    });
  alertCount: Backend["alertCount"] = (scope) =>
    this.answer("alertCount", () => alertsBelow(this.organisation, this.alertList, scope).length);
  alertRules: Backend["alertRules"] = (scope) =>
    this.answer("alertRules", () => rulesFor(this.organisation, this.#rules, scope, this.sendsMail));
  changeAlertRule: Backend["changeAlertRule"] = (scope, kind, rule) =>
    this.answer("changeAlertRule", () => {
      this.#rules = this.#rules.filter((each) => each.scope !== scope || each.kind !== kind);
      if (rule) this.#rules.push({ scope, kind, rule });
      return rulesFor(this.organisation, this.#rules, scope, this.sendsMail);
    });
}

/** Alerts of the sample organisation: certificates that end, keys that are not captured, a stolen credential. */
export function sampleAlerts(made: Organisation, now: Date): AlertView[] {
  const dice = new Dice(90);
  const at = (days: number) => new Date(now.getTime() + days * DAY).toISOString();
  const alert = (kind: AlertKindView, guid: string, daysLeft: number, account?: string): AlertView => ({
    id: dice.uuid(),
    kind,
    scope: guid,
    scopeName: made.scopes.find((scope) => scope.guid === guid)?.name ?? "",
    path: above(made, guid)
      .map((scope) => scope.name)
      .reverse(),
    account: account ?? null,
    accountName: made.accounts.find((each) => each.id === account)?.name ?? null,
    at: at(daysLeft),
    daysLeft,
    raisedAt: at(-1),
  });
  const ending = made.scopes.filter((scope) => scope.state === "expiresSoon" || scope.state === "expired");
  const uncaptured = made.accounts.filter((account) => account.keyState === "needsBackup");
  const stolen = made.accounts.find((account) => account.name === "adm-003");
  return [
    ...(stolen ? [alert("endedCredentialUsed", stolen.group, -1, stolen.id)] : []),
    ...ending.map((scope) => alert("certificateExpires", scope.guid, scope.daysLeft ?? 0)),
    ...uncaptured.slice(0, 4).map((account) => alert("keyNotCaptured", account.group, -17, account.id)),
  ];
}

/** Those about a scope and all below it. */
function alertsBelow(made: Organisation, alerts: readonly AlertView[], scope: string): AlertView[] {
  const inside = below(made, scope);
  return alerts.filter((alert) => inside.has(alert.scope));
}

/** The rules that hold for a scope. */
function rulesFor(made: Organisation, set: readonly SetRule[], scope: string, mail: boolean): AlertRulesView {
  const way = [scope, ...above(made, scope).map((each) => each.guid)];
  const kinds = Object.keys(USUAL) as AlertKindView[];
  return {
    mail,
    rules: kinds.map((kind) => {
      const from = way.find((guid) => set.some((each) => each.scope === guid && each.kind === kind));
      const found = set.find((each) => each.scope === from && each.kind === kind);
      const usual = { on: true, days: [...USUAL[kind]], recipients: [] };
      return { kind, rule: found?.rule ?? usual, from: from ?? null };
    }),
  };
}
