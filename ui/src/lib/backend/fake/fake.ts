import type { CaptureProgressView, ConnectionView, PlatformView, ScopeView } from "../../bindings";
import { Failure, type Backend } from "../backend";
import { FakeAlerts, sampleAlerts } from "./alerts";
import { activeCertificates, capturedKeys, captures, detail, signedCertificate } from "./answers";
import { CERTIFICATES, IMPORTED, certificateFolders } from "./folders";
import { above, accountsBelow, below, organisation, type Organisation } from "./organisation";
import { Dice } from "./random";
import { recovered, SECRET } from "./recovered";

/** How a fake starts, and how it behaves. */
export interface FakeOptions {
  /** Milliseconds each command takes. */
  readonly latency?: number;
  /** Whether a platform is saved. */
  readonly connected?: boolean;
  /** Whether somebody is signed in. */
  readonly signedIn?: boolean;
  /** Whether people sign in at their organisation's identity provider too. */
  readonly organisationSignIn?: boolean;
  /** The clock. */
  readonly now?: Date;
}

const AUTHORITY = "9c1e5b07a3d84f6290ab7714c3de0f58e6b1240d9f7a83c5562e1b4d08f377a0";

/** A believable platform and computer in memory: every state, and failures on demand. */
export class FakeBackend extends FakeAlerts implements Backend {
  readonly organisation: Organisation;
  readonly now: Date;
  /** The table that was saved last. */
  saved: string[][] = [];
  /** How far the capture after an upload has come. */
  capture: CaptureProgressView = { state: "done", done: 0, total: 0, captured: 0 };

  #connection: ConnectionView;
  readonly #dice = new Dice(7);
  readonly #organisationSignIn: boolean;
  #browser: ((problem: Failure | undefined) => void) | undefined;
  #cancelled = false;

  constructor(options: FakeOptions = {}) {
    super(options.latency ?? 0);
    this.now = options.now ?? new Date();
    this.organisation = organisation(this.now);
    this.alertList = sampleAlerts(this.organisation, this.now);
    this.folders = certificateFolders(this.organisation, this.now);
    this.#organisationSignIn = options.organisationSignIn ?? false;
    this.#connection = {
      platform:
        options.connected === false ? null : platform("https://platform.northwind.example:8443", AUTHORITY),
      session: null,
    };
    if (options.connected !== false && options.signedIn !== false) this.#signIn("maria.engel");
  }

  /** What the browser would bring back. */
  returnFromBrowser(problem?: string): void {
    this.#browser?.(problem === undefined ? undefined : new Failure({ code: problem }));
  }

  connection: Backend["connection"] = () => this.answer("connection", () => this.#connection);
  connect: Backend["connect"] = (address, authority) =>
    this.answer("connect", () => {
      if (!/^https:\/\/[^/]+$/u.test(address))
        throw new Failure({ code: "bad-address", params: { address } });
      return (this.#connection = { platform: platform(address, authority), session: null });
    });
  forgetConnection: Backend["forgetConnection"] = () =>
    this.answer("forgetConnection", () => (this.#connection = { platform: null, session: null }));
  signIn: Backend["signIn"] = (user, password) =>
    this.answer("signIn", () => {
      if (password === "wrong") throw new Failure({ code: "wrong-credentials" });
      return this.#signIn(user);
    });
  signInWays: Backend["signInWays"] = () =>
    this.answer("signInWays", () => ({ organisation: this.#organisationSignIn }));
  signInWithOrganisation: Backend["signInWithOrganisation"] = async () => {
    const outcome = await new Promise<Failure | undefined>((resolve) => (this.#browser = resolve));
    if (outcome) throw outcome;
    return this.answer("signInWithOrganisation", () => this.#signIn("mia"));
  };
  cancelSignIn: Backend["cancelSignIn"] = () => {
    this.#browser?.(new Failure({ code: "cancelled" }));
    return Promise.resolve(null);
  };
  lockWindow: Backend["lockWindow"] = () =>
    this.answer("lockWindow", () => {
      this.#connection = { ...this.#connection, session: null };
      return null;
    });
  signOut: Backend["signOut"] = () =>
    this.answer("signOut", () => (this.#connection = { ...this.#connection, session: null }));

  scopes: Backend["scopes"] = () => this.answer("scopes", () => this.organisation.scopes);
  scopeDetail: Backend["scopeDetail"] = (scope) =>
    this.answer("scopeDetail", () => detail(this.organisation, this.#scope(scope).guid));
  createScope: Backend["createScope"] = (kind, name, parent) =>
    this.answer("createScope", () => {
      const made: ScopeView = {
        guid: this.#dice.uuid(),
        kind,
        name,
        parent,
        accounts: 0,
        state: "none",
        expiresAt: null,
        daysLeft: null,
      };
      this.organisation.scopes.push(made);
      return made;
    });
  changeScope: Backend["changeScope"] = (guid, name, parent) =>
    this.answer("changeScope", () => {
      const scope = this.#scope(guid);
      if (name !== null) scope.name = name;
      if (parent !== null) scope.parent = parent;
      return scope;
    });
  deleteScope: Backend["deleteScope"] = (guid) =>
    this.answer("deleteScope", () => {
      if (below(this.organisation, guid).size > 1 || accountsBelow(this.organisation, guid).length > 0) {
        throw new Failure({ code: "not-empty" });
      }
      this.organisation.scopes = this.organisation.scopes.filter((scope) => scope.guid !== guid);
      return null;
    });

  accounts: Backend["accounts"] = (scope) =>
    this.answer("accounts", () => accountsBelow(this.organisation, scope));
  createAccount: Backend["createAccount"] = (name, group) =>
    this.answer("createAccount", () => {
      const groupName = this.#scope(group).name;
      const account = {
        id: this.#dice.uuid(),
        name,
        group,
        groupName,
        lastBackupAt: null,
        keyState: "never" as const,
        capturedTo: [],
        enrolled: false,
        disclosedAt: null,
        endToEnd: false,
      };
      this.organisation.accounts.push(account);
      return account;
    });
  changeAccount: Backend["changeAccount"] = (id, name, group) =>
    this.answer("changeAccount", () => {
      const account = this.#account(id);
      if (name !== null) account.name = name;
      if (group !== null)
        Object.assign(account, { group, groupName: this.#scope(group).name, keyState: "needsBackup" });
      return account;
    });
  deleteAccount: Backend["deleteAccount"] = (id) =>
    this.answer("deleteAccount", () => {
      this.organisation.accounts = this.organisation.accounts.filter((account) => account.id !== id);
      return null;
    });
  createEnrolment: Backend["createEnrolment"] = () =>
    this.answer("createEnrolment", () => ({
      enrolment: `kf1.${btoa(this.#dice.hex(90)).replaceAll("=", "")}`,
      expiresAt: new Date(this.now.getTime() + 24 * 3600 * 1000).toISOString(),
    }));

  passphraseStrength: Backend["passphraseStrength"] = (passphrase) =>
    this.answer("passphraseStrength", () => {
      const score = Math.min(4, Math.floor(passphrase.length / 5));
      return {
        score,
        crackTime: ["less than a second", "3 minutes", "5 days", "40 years", "centuries"][score] ?? "",
        warning: score < 2 ? "This is similar to a commonly used password." : null,
        suggestions: score < 3 ? ["Add another word or two. Uncommon words are better."] : [],
        acceptable: score >= 3,
      };
    });
  requestCertificate: Backend["requestCertificate"] = async (guid, _keySize, _passphrase, onProgress) => {
    this.#cancelled = false;
    for (let i = 0; i <= 20; i += 1) {
      onProgress({ step: "generatingKeyPair", fraction: i / 20 });
      await this.pause(this.latency);
      if (this.#cancelled) throw new Failure({ code: "cancelled" });
    }
    for (const step of ["sealing", "submitting"] as const) {
      onProgress({ step });
      await this.pause(this.latency * 3);
    }
    return this.answer("requestCertificate", () => this.#request(guid));
  };
  cancelRequest: Backend["cancelRequest"] = () => {
    this.#cancelled = true;
    return Promise.resolve(null);
  };
  submitRequest: Backend["submitRequest"] = (guid, spkiFingerprint) =>
    this.answer("submitRequest", () => {
      const path = above(this.organisation, guid)
        .map((scope) => scope.name)
        .reverse();
      const request = {
        id: this.#dice.uuid(),
        scope: guid,
        scopeName: this.#scope(guid).name,
        path,
        requester: "Maria Engel",
        submittedAt: this.now.toISOString(),
        spkiFingerprint,
        state: "waiting" as const,
        reason: null,
        keyOnThisComputer: true,
      };
      this.organisation.requests.unshift(request);
      return request;
    });
  saveRequestCopy: Backend["saveRequestCopy"] = () =>
    this.answer("saveRequestCopy", () => "~/Documents/request-3f9a71c2.pem");

  pickCertificateFile: Backend["pickCertificateFile"] = () =>
    this.answer("pickCertificateFile", () => ({
      name: "signed-certificate.pem",
      path: "~/Downloads/signed-certificate.pem",
    }));
  inspectCertificate: Backend["inspectCertificate"] = (guid) =>
    this.answer("inspectCertificate", () => ({
      certificate: signedCertificate(this.organisation, this.#scope(guid), this.now),
      problem: null,
      warning: null,
      replaces: this.organisation.certificates.find((each) => each.scope === guid && captures(each)) ?? null,
    }));
  uploadCertificate: Backend["uploadCertificate"] = (guid) =>
    this.answer("uploadCertificate", () => {
      for (const each of this.organisation.certificates)
        if (each.scope === guid && captures(each)) each.state = "superseded";
      const certificate = {
        ...signedCertificate(this.organisation, this.#scope(guid), this.now),
        state: "active" as const,
        uploadedBy: "Maria Engel",
        uploadedAt: this.now.toISOString(),
      };
      this.organisation.certificates.unshift(certificate);
      for (const request of this.organisation.requests)
        if (request.scope === guid) request.state = "uploaded";
      Object.assign(this.#scope(guid), {
        state: "active",
        expiresAt: certificate.notAfter,
        daysLeft: certificate.daysLeft,
      });
      const covered = accountsBelow(this.organisation, guid);
      const left = covered.filter(
        (account) => account.keyState === "needsBackup" || account.keyState === "never",
      );
      return {
        certificate,
        capturedNow: covered.length - left.length,
        capture: this.capture,
        accounts: covered.length,
        needsBackup: left.map((account) => account.name),
        notSaved: null,
      };
    });

  captureProgress: Backend["captureProgress"] = () => this.answer("captureProgress", () => this.capture);

  capturedKeys: Backend["capturedKeys"] = (id) =>
    this.answer("capturedKeys", () => capturedKeys(this.organisation, this.#account(id), this.now));
  recoverKey: Backend["recoverKey"] = (id, reason, passphrase) =>
    this.answer("recoverKey", () => {
      if (!reason.trim()) throw new Failure({ code: "reason-missing" });
      const account = this.organisation.accounts.find((each) => id.startsWith(each.id));
      if (account) account.disclosedAt = this.now.toISOString();
      return recovered(account?.name ?? "", passphrase, this.now);
    });
  saveCapturedKey: Backend["saveCapturedKey"] = (id) =>
    this.answer("saveCapturedKey", () => `~/Documents/captured-key-${id}.der`);
  pickCapturedKey: Backend["pickCapturedKey"] = () =>
    this.answer("pickCapturedKey", () => ({
      name: "captured-key-rad-ws-014.der",
      scopeName: "St. Anna, Radiology",
      capturedAt: this.now.toISOString(),
    }));
  openCapturedKey: Backend["openCapturedKey"] = (passphrase) =>
    this.answer("openCapturedKey", () =>
      recovered("3f2b8c1e-7d4a-4e6b-9c0d-1a2b3c4d5e6f", passphrase, this.now),
    );
  revealSecret: Backend["revealSecret"] = () => this.answer("revealSecret", () => SECRET);
  copySecret: Backend["copySecret"] = () => this.answer("copySecret", () => 30);
  saveSecret: Backend["saveSecret"] = (_handle, name) =>
    this.answer("saveSecret", () => `~/Documents/${name}`);
  forgetRecoveredKey: Backend["forgetRecoveredKey"] = () => this.answer("forgetRecoveredKey", () => null);

  certificateFolders: Backend["certificateFolders"] = () =>
    this.answer("certificateFolders", () => this.folders);
  openCertificatesDirectory: Backend["openCertificatesDirectory"] = () =>
    this.answer("openCertificatesDirectory", () => null);
  exportFolders: Backend["exportFolders"] = () => this.answer("exportFolders", () => "~/USB stick");
  importFolders: Backend["importFolders"] = () => this.answer("importFolders", () => IMPORTED);
  deleteKeyPair: Backend["deleteKeyPair"] = (name, spki, typed) =>
    this.answer("deleteKeyPair", () => {
      const folder = this.folders.folders.find((each) => each.folder === name);
      if (!folder || folder.name !== typed) throw new Failure({ code: "name-not-equal" });
      const keyPairs = folder.keyPairs.filter((pair) => pair.spkiFingerprint !== spki);
      const folders = this.folders.folders
        .map((each) => (each === folder ? { ...folder, keyPairs } : each))
        .filter((each) => each.keyPairs.length > 0 || each.name === null);
      this.changeFolders({ path: CERTIFICATES, folders });
      return null;
    });
  saveTable: Backend["saveTable"] = (name, rows) =>
    this.answer("saveTable", () => {
      this.saved = rows;
      return `~/Documents/${name}.csv`;
    });
  activeCertificates: Backend["activeCertificates"] = (guid) =>
    this.answer("activeCertificates", () => activeCertificates(this.organisation, guid));

  #signIn(user: string): ConnectionView {
    const scope = this.organisation.scopes[0]?.guid ?? "";
    return (this.#connection = {
      ...this.#connection,
      session: { user, displayName: "Maria Engel", role: "platformAdmin", scope },
    });
  }

  #scope(guid: string): ScopeView {
    const scope = this.organisation.scopes.find((each) => each.guid === guid);
    if (!scope) throw new Failure({ code: "scope-not-found" });
    return scope;
  }

  #account(id: string) {
    const account = this.organisation.accounts.find((each) => each.id === id);
    if (!account) throw new Failure({ code: "not-found" });
    return account;
  }

  #request(guid: string) {
    const scope = this.#scope(guid);
    const spkiFingerprint = this.#dice.hex(64);
    if (scope.state === "none") scope.state = "requested";
    void this.submitRequest(guid, spkiFingerprint);
    return {
      scope: guid,
      scopeName: scope.name,
      spkiFingerprint,
      folder: `${CERTIFICATES}/${guid}`,
      notSubmitted: null,
    };
  }
}

const platform = (address: string, authority: string): PlatformView => ({
  name: "Northwind Backups",
  address,
  authority,
});
