import type {
  AlertView,
  CertificateStateView,
  KeyStateView,
  RequestStateView,
  ScopeStateView,
} from "../bindings";
import type { Mark } from "./StateMark.svelte";

/** The mark of a scope's badge. */
export const scopeMarks: { readonly [state in ScopeStateView]: Mark } = {
  none: "none",
  requested: "info",
  signedNotUploaded: "ready",
  active: "ok",
  expiresSoon: "warn",
  expired: "bad",
  revoked: "stopped",
};

/** The mark of a certificate. */
export const certificateMarks: { readonly [state in CertificateStateView]: Mark } = {
  active: "ok",
  expiresSoon: "warn",
  expired: "bad",
  revoked: "stopped",
  superseded: "none",
};

/** The mark of a request. */
export const requestMarks: { readonly [state in RequestStateView]: Mark } = {
  waiting: "info",
  signed: "ready",
  uploaded: "ok",
  rejected: "stopped",
  replaced: "none",
};

/** The mark of an account's key. */
export const keyMarks: { readonly [state in KeyStateView]: Mark } = {
  captured: "ok",
  inMemory: "memory",
  needsBackup: "warn",
  never: "none",
};

/** The mark of an alert. */
export function alertMark({ kind, daysLeft }: AlertView): Mark {
  if (kind === "endedCredentialUsed") return "bad";
  return kind === "certificateExpires" && daysLeft < 7 ? "bad" : "warn";
}

/** The mark of what the check of a folder said. */
export function verdictMark(code: string): Mark {
  if (code === "folder-complete") return "ok";
  if (code === "folder-not-signed-yet") return "info";
  return code === "folder-empty" || code === "folder-not-a-scope" || code === "folder-newer-version"
    ? "warn"
    : "bad";
}
