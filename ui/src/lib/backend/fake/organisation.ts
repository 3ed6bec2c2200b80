import type {
  AccountView,
  CertificateView,
  KeyStateView,
  RequestView,
  ScopeKindView,
  ScopeStateView,
  ScopeView,
} from "../../bindings";
import { Dice } from "./random";

const DAY = 24 * 60 * 60 * 1000;

/** A scope of the sample organisation, and what lies in it. */
interface Plan {
  readonly name: string;
  readonly state?: ScopeStateView;
  readonly daysLeft?: number;
  readonly elsewhere?: boolean;
  readonly renewing?: boolean;
  readonly prefix?: string;
  readonly states?: readonly [captured: number, inMemory: number, needsBackup: number, never: number];
  readonly scopes?: readonly Plan[];
}

const LONG =
  "Städtisches Klinikum Hohenlohe-Franken, Verwaltung und zentrale Dienste (Außenstelle Künzelsau)";

const NORTHWIND: Plan = {
  name: "Northwind",
  state: "active",
  daysLeft: 613,
  scopes: [
    {
      name: "Hospitals",
      scopes: [
        {
          name: "St. Anna, Radiology",
          state: "expiresSoon",
          daysLeft: 26,
          renewing: true,
          prefix: "rad-ws",
          states: [44, 0, 3, 1],
        },
        {
          name: "St. Anna, Administration",
          state: "active",
          daysLeft: 402,
          elsewhere: true,
          prefix: "adm",
          states: [12, 0, 0, 0],
        },
        { name: "Riverside Clinic", state: "requested", prefix: "rvs-pc", states: [5, 2, 1, 0] },
        {
          name: LONG,
          state: "signedNotUploaded",
          prefix: "hohenlohe-verwaltung-arbeitsplatz",
          states: [9, 1, 0, 2],
        },
      ],
    },
    {
      name: "Schools",
      state: "active",
      daysLeft: 288,
      scopes: [
        { name: "Lindenhof Grammar School", prefix: "lgs", states: [31, 0, 0, 0] },
        { name: "Harbour Primary", prefix: "harbour", states: [8, 0, 1, 0] },
      ],
    },
    {
      name: "Law firms",
      state: "expired",
      daysLeft: -12,
      scopes: [
        { name: "Brandt & Okafor LLP", state: "revoked", daysLeft: 190, prefix: "bo", states: [6, 0, 2, 1] },
        { name: "Kanzlei Vogt", prefix: "vogt", states: [0, 3, 0, 0] },
      ],
    },
    {
      name: "Retail",
      scopes: [{ name: "Shops", prefix: "till", states: [120, 4, 9, 3] }, { name: "New openings" }],
    },
  ],
};

/** The sample organisation as the platform has it. */
export interface Organisation {
  scopes: ScopeView[];
  accounts: AccountView[];
  certificates: CertificateView[];
  requests: RequestView[];
}

/** Makes the sample organisation, as of `now`. */
export function organisation(now: Date): Organisation {
  const dice = new Dice(20_261_123);
  const made: Organisation = { scopes: [], accounts: [], certificates: [], requests: [] };
  grow(NORTHWIND, null, [], made, dice, now);
  for (const scope of made.scopes) scope.accounts = accountsBelow(made, scope.guid).length;
  return made;
}

/** The scope and all scopes below it. */
export function below(made: Organisation, scope: string): Set<string> {
  const inside = new Set([scope]);
  for (const each of made.scopes) if (each.parent !== null && inside.has(each.parent)) inside.add(each.guid);
  return inside;
}

/** Accounts at any depth. */
export function accountsBelow(made: Organisation, scope: string): AccountView[] {
  const inside = below(made, scope);
  return made.accounts.filter((account) => inside.has(account.group));
}

/** The scope's ancestors, nearest first. */
export function above(made: Organisation, scope: string): ScopeView[] {
  const parent = made.scopes.find((each) => each.guid === scope)?.parent;
  const found = made.scopes.find((each) => each.guid === parent);
  return found ? [found, ...above(made, found.guid)] : [];
}

function grow(
  plan: Plan,
  parent: ScopeView | null,
  path: string[],
  made: Organisation,
  dice: Dice,
  now: Date,
) {
  const kind: ScopeKindView = plan.prefix || plan.name === "New openings" ? "group" : "collection";
  const at = (days: number) => new Date(now.getTime() + days * DAY).toISOString();
  const left = plan.daysLeft;
  const scope: ScopeView = {
    guid: dice.uuid(),
    kind,
    name: plan.name,
    parent: parent?.guid ?? null,
    accounts: 0,
    state: plan.state ?? "none",
    expiresAt: left === undefined ? null : at(left),
    daysLeft: left ?? null,
  };
  made.scopes.push(scope);
  if (left !== undefined && plan.state && plan.state !== "none") {
    const base = {
      scope: scope.guid,
      scopeName: scope.name,
      keyBits: 4096,
      uploadedBy: "Maria Engel",
      keyOnThisComputer: !plan.elsewhere,
    };
    const state = plan.state === "requested" || plan.state === "signedNotUploaded" ? "active" : plan.state;
    made.certificates.push({
      ...base,
      fingerprint: dice.hex(64),
      spkiFingerprint: dice.hex(64),
      notBefore: at(left - 997),
      notAfter: at(left),
      daysLeft: left,
      state,
      uploadedAt: at(left - 996),
    });
    if (plan.renewing) {
      made.certificates.push({
        ...base,
        fingerprint: dice.hex(64),
        spkiFingerprint: dice.hex(64),
        keyBits: 3072,
        notBefore: at(left - 1960),
        notAfter: at(left - 960),
        daysLeft: left - 960,
        state: "superseded",
        uploadedAt: at(left - 1959),
      });
    }
  }
  if (plan.renewing || plan.state === "requested" || plan.state === "signedNotUploaded") {
    made.requests.push({
      id: dice.uuid(),
      scope: scope.guid,
      scopeName: scope.name,
      path,
      requester: "Maria Engel",
      submittedAt: at(-1.4),
      spkiFingerprint: dice.hex(64),
      state: plan.state === "signedNotUploaded" ? "signed" : "waiting",
      reason: null,
      keyOnThisComputer: true,
    });
  }
  plan.states?.forEach((n, index) => {
    for (let i = 0; i < n; i += 1) made.accounts.push(account(plan, scope, path, index, made, dice, at));
  });
  for (const child of plan.scopes ?? []) grow(child, scope, [...path, plan.name], made, dice, now);
}

function account(
  plan: Plan,
  scope: ScopeView,
  path: string[],
  state: number,
  made: Organisation,
  dice: Dice,
  at: (days: number) => string,
): AccountView {
  const keyState: KeyStateView =
    (["captured", "inMemory", "needsBackup", "never"] as const)[state] ?? "never";
  const age = keyState === "needsBackup" ? 9 + dice.next() * 4 : dice.next() * 1.6;
  const number = made.accounts.filter((each) => each.group === scope.guid).length + 1;
  const captures = ["active", "expiresSoon"].includes(plan.state ?? "none") ? [scope.name] : [];
  return {
    id: dice.uuid(),
    name: `${plan.prefix ?? "pc"}-${String(number).padStart(3, "0")}`,
    group: scope.guid,
    groupName: scope.name,
    lastBackupAt: keyState === "never" ? null : at(-age),
    keyState,
    capturedTo: keyState === "captured" ? [...captures, ...path.slice(0, 1)] : [],
    enrolled: keyState !== "never" || number % 2 === 0,
    disclosedAt: null,
    endToEnd: false,
  };
}
