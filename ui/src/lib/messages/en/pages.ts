import { count } from "../words";

export const connect = {
  title: "Connect this Console to your platform",
  lead: "Your platform’s administrator gives you both values. The fingerprint makes sure that nobody else can pose as your platform.",
  address: "Platform address",
  addressHint: "For example https://backup.example.org:8443",
  authority: "Authority fingerprint",
  authorityHint: "64 digits, 0–9 and a–f. Spaces and colons don’t matter.",
  authorityCount: (n: number) => `${n} of 64 digits`,
  submit: "Connect",
  busy: "Connecting…",
  missing: "Fill this in first.",
} as const;

export const secondFactor = {
  code: "Code",
  codeText: "Six digits from your authenticator app, or a recovery code.",
} as const;

export const signIn = {
  title: (platform: string) => `Sign in to ${platform}`,
  lead: "With the name and password of your platform account. This is not the passphrase of a certificate.",
  user: "Name",
  password: "Password",
  submit: "Sign in",
  busy: "Signing in…",
  other: "Use another platform…",
  otherTitle: "Use another platform?",
  otherText:
    "This Console forgets the platform’s address and Authority. Certificate folders on this computer stay where they are.",
  otherConfirm: "Forget this platform",
} as const;

export const scope = {
  tabs: { overview: "Overview", accounts: "Accounts", certificates: "Certificates" },
  summary: (kind: string, accounts: number) => `${kind} · ${count(accounts, "account")}`,
  own: "own certificate",
  coveredBadge: "Covered from above",
  ownNone: "no certificate of its own",
  andAbove: (names: string) => `and ${names}’s from above`,
  served: (names: string) => `served by ${names} from above`,
  guid: "GUID",
  copyGuid: "Copy the GUID",
  ifLost: "If a machine were lost now",
  recoverable: (n: number, all: number) => `${n.toLocaleString()} of ${count(all, "key")} could be recovered`,
  noAccounts: "No accounts yet",
  noAccountsText:
    "Accounts appear here once they are created in a Group. Each one has its own encryption key.",
  active: "Active certificate",
  fingerprint: "Fingerprint",
  valid: "Valid",
  key: "Key",
  keyHere: (bits: number) => `RSA ${bits}, private key on this computer`,
  keyElsewhere: (bits: number) => `RSA ${bits}, private key not on this computer`,
  uploaded: "Uploaded",
  signedMark: "Signed",
  today: "Today",
  expires: "Expires",
  inherited: "From above",
  inheritedText: (name: string) => `${name}’s certificate`,
  until: "until",
  emptyTitle: "No Group Certificate yet",
  emptyText: (kind: string) =>
    `If a machine dies and its encryption key is lost, its backups can’t be opened by anyone. A Group Certificate for this ${kind} keeps a spare of every key, which only you can open.`,
  emptySteps: [
    "Make a key pair here, under a passphrase that only you know",
    "The Authority checks that you are authorised, and signs",
    "Upload it: from then on, every backup captures its key",
  ],
  coveredTitle: "Covered from above",
  coveredText: (names: string) =>
    `Keys here are captured to ${names}. Request a certificate of its own if this part has other people to answer for it.`,
  waitingTitle: "Request waits for the Authority",
  waitingText: "Read the fingerprint out to the officer who signs. They compare it with what they see.",
  signedTitle: "Signed. Upload it to start capturing keys",
  signedText: "Until it is uploaded nothing is captured, so do it now rather than when a machine is lost.",
  expiredText: "The certificate no longer captures. What it captured can still be recovered.",
  certificatesTitle: "Certificates",
  requestsTitle: "Requests",
  noRequests: "None has been submitted for this scope.",
  state: "State",
  requester: "Requested by",
  submitted: "Submitted",
  rejectedBecause: (reason: string) => `Rejected: ${reason}`,
  onThisComputer: "On this computer",
  notOnThisComputer: "Not on this computer",
  gone: "This one is no longer here",
  goneText: "It was deleted or moved out of your reach. Choose another in the tree.",
} as const;

export const accounts = {
  name: "Account",
  group: "Group",
  lastBackup: "Last backup",
  key: "Key",
  capturedTo: "Captured to",
  never: "Never",
  notEnrolled: "No Agent enrolled",
  nowhere: "Nowhere yet",
  filter: "Filter accounts",
  filterHint: "Filter by name…",
  all: "All",
  empty: "No accounts in this scope",
  emptyText: "Create an account for each machine, then enrol its Agent with a one-time string.",
  nothing: "No account matches the filter.",
  showAll: (n: number) => `Show all ${count(n, "account")}`,
  page: (from: number, to: number, all: number) =>
    `${from.toLocaleString()}–${to.toLocaleString()} of ${all.toLocaleString()}`,
  previous: "Previous page",
  next: "Next page",
} as const;

export const account = {
  keysTitle: "Captured keys",
  enrolled: "Agent enrolled",
  notEnrolled: "No Agent enrolled",
  captured: "Captured",
  to: "Captured to",
  keyId: "Key id",
  current: "In use now",
  earlier: "Earlier key",
  canOpen: "Can be opened here",
  cannotOpen: "Private key not on this computer",
  empty: "No key captured yet",
  emptyText:
    "A key is captured when a backup ends while a Group Certificate is active on the way up from the account’s Group.",
  emptyNever: "Enrol the machine’s Agent and let one backup run.",
  lastBackup: "last backup",
  noBackup: "no backup yet",
} as const;

export const requests = {
  title: "Requests waiting",
  lead: "Requests whose private key lies on this computer, and those of scopes you administer, that still need something.",
  empty: "Nothing is waiting",
  emptyText: "To protect a Group or Collection, choose it in the tree and request a Group Certificate.",
  needsOfficer: "The officer signs or rejects it. Read this out to them:",
  needsYou: "Signed. Upload it to start capturing keys.",
  rejected: "Rejected by the Authority. Request again once the reason is settled.",
  notSubmitted: "Made on this computer, not known to the platform",
  notSubmittedText:
    "The key pair and its request are saved here. Submit it again, or hand over a copy of the request.",
  submit: "Submit again",
  saveCopy: "Save a copy…",
  savedTo: (path: string) => `Saved to ${path}`,
  fingerprint: "Fingerprint of the key",
} as const;

export const report = {
  title: "Group Certificates Active",
  lead: (name: string) => `${name} and all below it`,
  name: "Group or Collection",
  from: "Certificate of",
  own: "its own",
  validFrom: "Valid from",
  expires: "Expires",
  daysLeft: "Days left",
  state: "State",
  certificate: "Certificate",
  empty: "No Group Certificate is active here",
  emptyText:
    "Until one is active, no key below is captured. Request one for this scope, or for a Collection above it.",
  rows: (n: number) => count(n, "row"),
  run: "Run again",
  at: (when: string) => `As of ${when}`,
} as const;

export const folders = {
  title: "Certificate folders",
  lead: "Each folder holds the private keys of one Group or Collection, sealed by passphrases. Copying a folder shares it.",
  open: "Open folder",
  exportAll: "Export all…",
  exportOne: "Export a copy…",
  import: "Import…",
  empty: "No certificate folders on this computer",
  emptyText:
    "One appears when you request a Group Certificate. If a colleague shares theirs, drop the folder on this window or choose Import.",
  dropHint: "Drop a colleague’s folder anywhere on this window to import it.",
  unknownName: "Unknown scope",
  keyPair: (created: string) => `Key pair made on ${created}`,
  keyPairUndated: "Key pair",
  holders: (names: string) => `Opened by ${names}`,
  validUntil: "Certificate until",
  remove: "Delete key pair…",
  exported: (path: string) =>
    `A copy is in ${path}. The passphrase is not: tell it separately, or add one for each person.`,
  imported: (names: string) => `Imported: ${names}`,
  unchanged: (names: string) => `Already here: ${names}`,
  refused: (name: string) => `Not imported: ${name}`,
  nothingImported: "Nothing was imported",
  location: "Certificates directory",
} as const;
