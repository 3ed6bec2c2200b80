import type {
  AccountView,
  CapturedKeyView,
  CertificateView,
  CoverageView,
  ReportRowView,
  ScopeDetailView,
  ScopeView,
} from "../../bindings";
import { above, accountsBelow, below, type Organisation } from "./organisation";
import { Dice } from "./random";

const DAY = 24 * 60 * 60 * 1000;

/** Whether a certificate captures keys. */
export const captures = (certificate: CertificateView): boolean =>
  certificate.state === "active" || certificate.state === "expiresSoon";

/** Coverage, certificates and requests of a scope. */
export function detail(made: Organisation, guid: string): ScopeDetailView {
  const coverage: CoverageView = { captured: 0, inMemory: 0, needsBackup: 0, never: 0 };
  for (const account of accountsBelow(made, guid)) coverage[account.keyState] += 1;
  const inherited = above(made, guid).flatMap((scope) =>
    made.certificates.filter((each) => each.scope === scope.guid && captures(each)),
  );
  return {
    coverage,
    certificates: made.certificates.filter((each) => each.scope === guid),
    inherited,
    requests: made.requests.filter((each) => each.scope === guid),
  };
}

/** The certificate that the Authority made from the scope's request. */
export function signedCertificate(made: Organisation, scope: ScopeView, now: Date): CertificateView {
  const request = made.requests.find((each) => each.scope === scope.guid);
  return {
    fingerprint: new Dice(11).hex(64),
    spkiFingerprint: request?.spkiFingerprint ?? new Dice(12).hex(64),
    scope: scope.guid,
    scopeName: scope.name,
    notBefore: now.toISOString(),
    notAfter: new Date(now.getTime() + 1000 * DAY).toISOString(),
    daysLeft: 1000,
    keyBits: 4096,
    state: null,
    uploadedAt: null,
    uploadedBy: null,
    keyOnThisComputer: true,
  };
}

/** An account's captured keys: its present one for each certificate, and one from before. */
export function capturedKeys(made: Organisation, account: AccountView, now: Date): CapturedKeyView[] {
  const present = account.capturedTo.length;
  if (present === 0) return [];
  return [...account.capturedTo, "Westgate Dental"].map((scopeName, index) => {
    const scope = made.scopes.find((each) => each.name === scopeName);
    const certificate = made.certificates.find((each) => each.scope === scope?.guid);
    const isCurrent = index < present;
    return {
      id: `${account.id}-${index}`,
      account: account.id,
      accountName: account.name,
      keyId: new Dice(isCurrent ? 3 : 4).uuid(),
      scope: scope?.guid ?? new Dice(5).uuid(),
      scopeName,
      certificate: certificate?.fingerprint ?? new Dice(6).hex(64),
      capturedAt: new Date(now.getTime() - (isCurrent ? 0.4 : 210) * DAY).toISOString(),
      current: isCurrent,
      keyOnThisComputer: certificate?.keyOnThisComputer ?? false,
    };
  });
}

/** *Group Certificates Active* of a scope and all below it. */
export function activeCertificates(made: Organisation, guid: string): ReportRowView[] {
  const inside = below(made, guid);
  return made.scopes
    .filter((scope) => inside.has(scope.guid))
    .flatMap((scope) => {
      const ancestors = above(made, scope.guid);
      const serves = new Set([scope.guid, ...ancestors.map((each) => each.guid)]);
      return made.certificates
        .filter((each) => captures(each) && serves.has(each.scope))
        .map((each) => ({
          scope: scope.guid,
          name: scope.name,
          path: ancestors.map((ancestor) => ancestor.name).reverse(),
          kind: scope.kind,
          certificate: each.fingerprint,
          fromScope: each.scope,
          fromName: each.scopeName,
          notBefore: each.notBefore,
          notAfter: each.notAfter,
          daysLeft: each.daysLeft,
          state: each.state ?? "active",
        }));
    });
}
