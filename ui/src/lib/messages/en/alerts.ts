import type { AlertKindView, AlertView } from "../../bindings";
import { count } from "../words";
import { expiry } from "./shell";

export const alerts = {
  title: "Alerts",
  lead: "What somebody should do something about. An alert closes itself when its cause is gone.",
  open: (n: number) => (n >= 1000 ? "1,000 or more open" : `${n.toLocaleString()} open`),
  count: (n: number) => (n > 999 ? "999+" : n.toLocaleString()),
  inHead: (n: number) => (n === 0 ? "Alerts: none open" : `Alerts: ${count(n, "open alert")}`),
  empty: "Nothing needs you",
  emptyText:
    "An alert appears here when a certificate ends soon, a key is not captured, or a revoked credential is used.",
  more: "Show more",
  next: "What to do",
  account: "Go to the account",
  rules: "Alert rules…",
} as const;

/** What an alert says of its subject. */
export function alertTitle({ kind, scopeName, accountName, daysLeft }: AlertView): string {
  switch (kind) {
    case "certificateExpires":
      return `${scopeName}: ${expiry(daysLeft).toLowerCase()}`;
    case "keyNotCaptured":
      return `${accountName ?? scopeName}: key not captured for ${count(Math.max(0, -daysLeft - 1), "day")}`;
    case "endedCredentialUsed":
      return `${accountName ?? scopeName}: a credential that had ended was used`;
  }
}

/** What to do about it. */
export const alertNext: { readonly [kind in AlertKindView]: string } = {
  certificateExpires:
    "Request a Group Certificate, have it signed, and upload it. Then give the new folder to everybody who has the old one.",
  keyNotCaptured:
    "Look whether the machine still backs up, and whether its Group has an active certificate. The next backup after that captures the key.",
  endedCredentialUsed:
    "Find out which machine it is. If nobody restored or cloned it, somebody copied its files: revoke the Agent’s credential and enrol the machine anew.",
};

export const alertKinds: { readonly [kind in AlertKindView]: string } = {
  certificateExpires: "Certificate ends soon",
  keyNotCaptured: "Key not captured",
  endedCredentialUsed: "Ended credential used",
};

export const alertRules = {
  title: (name: string) => `Alert rules for ${name}`,
  lead: "They hold for this scope and everything below that has no rules of its own.",
  own: "Set here",
  from: (name: string) => `From ${name}`,
  fromAbove: "From above",
  usual: "As the platform has it",
  on: "Raise this alert",
  days: { certificateExpires: "Days before the end", keyNotCaptured: "Days without a captured key" },
  daysHint: "Up to eight numbers from 1 to 1000, with spaces between them. It is told again at each.",
  daysWrong: "Write numbers from 1 to 1000, with spaces between them.",
  recipients: "Mail to",
  recipientsHint: "Addresses with spaces between them, up to 20. Each gets one mail an hour at most.",
  noMail: "This platform sends no mail: its administrator has set up no mail server. Alerts are shown here.",
  inherit: "Use the rule from above",
  save: "Save",
  saved: "Saved",
  atOnce: "Raised as soon as it happens.",
} as const;
