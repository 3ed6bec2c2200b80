import type { ReportRowView } from "../bindings";

/** A month, and the certificates that expire in it. */
export interface Month {
  /** The first moment of it, in the user's time. */
  readonly start: Date;
  readonly certificates: readonly ReportRowView[];
  /** Days until the first of them expires. */
  readonly daysLeft: number;
}

/** How many months a certificate can be valid for: 1000 days. */
const MONTHS = 34;

/** Each certificate once, by the month in which it expires, from this one on. */
export function expiries(rows: readonly ReportRowView[], now = new Date()): Month[] {
  const certificates = [...new Map(rows.map((row) => [row.certificate, row])).values()];
  const index = (at: Date) => at.getFullYear() * 12 + at.getMonth() - now.getFullYear() * 12 - now.getMonth();
  return Array.from({ length: MONTHS }, (_, month) => {
    const inside = certificates.filter((row) => index(new Date(row.notAfter)) === month);
    return {
      start: new Date(now.getFullYear(), now.getMonth() + month, 1),
      certificates: inside,
      daysLeft: Math.min(...inside.map((row) => row.daysLeft)),
    };
  });
}
