import { count } from "../words";

export const shell = {
  product: "Keyfold",
  tree: "Collections, Groups and Accounts",
  collections: "Collections",
  thisComputer: "This computer",
  folders: "Certificate folders",
  search: "Search Collections, Groups and Accounts",
  searchHint: "Search…",
  moveInto: (name: string, into: string) => `Move ${name} into ${into}…`,
  moveNowhere: (name: string) => `${name} can’t be moved here`,
  clearSearch: "Clear the search",
  nothingFound: (text: string) => `Nothing is called “${text}”.`,
  found: (n: number) => `${count(n, "match", "matches")}`,
  connectedTo: (host: string) => `Connected to ${host}`,
  signedOutOf: (host: string) => `Signed out of ${host}`,
  lost: (host: string) => `Connection to ${host} lost. Everything on this computer still works.`,
  unfollowed: (host: string) => `Connected to ${host}, but not told what others change. Refresh shows it.`,
  retry: "Try again",
  authority: "Authority",
  authorityTitle: (fingerprint: string) => `SHA-256 fingerprint of the Authority’s root: ${fingerprint}`,
  signedInAs: (initials: string, name: string) => `${initials}: signed in as ${name}`,
  signOut: "Sign out",
  refresh: "Refresh",
  dropHere: "Drop to import certificate folders",
  dropHint: "Keyfold checks each folder and never replaces a different private key.",
  close: "Close",
  cancel: "Cancel",
  back: "Back",
  next: "Continue",
  copy: "Copy",
  copied: "Copied",
  more: "More actions",
  loading: "Loading",
  details: "Details",
} as const;

export const lock = {
  title: "Keyfold is locked",
  text: (name: string) =>
    `${name} was signed in. Everything is as it was left, except secrets: those were forgotten.`,
  now: "Lock now",
} as const;

export const notifications = {
  off: "Switch desktop notifications off",
  on: "Switch desktop notifications on",
} as const;

export const filter = {
  label: "Filter by certificate",
  on: (states: string) => `Filtered by certificate: ${states}`,
  all: "Show all",
  nothing: "No Collection or Group has a certificate in this state.",
} as const;

export const actions = {
  title: "All actions",
  open: "Actions",
  hint: "What do you want to do, or where to go?",
  forNode: (name: string) => `With ${name}`,
  goTo: "Go to",
  nothing: (text: string) => `No action, Collection, Group or Account is called “${text}”.`,
  results: (n: number) => count(n, "result"),
  search: "Search the tree",
  importFolders: "Import certificate folders…",
  openDirectory: "Open the Certificates directory",
} as const;

export const kinds = { collection: "Collection", group: "Group" } as const;

export const scopeStates = {
  none: "No certificate",
  requested: "Requested",
  signedNotUploaded: "Signed, not uploaded",
  active: "Active",
  expiresSoon: "Expires soon",
  expired: "Expired",
  revoked: "Revoked",
} as const;

export const certificateStates = {
  active: "Active",
  expiresSoon: "Expires soon",
  expired: "Expired",
  revoked: "Revoked",
  superseded: "Superseded",
} as const;

export const certificateStateHints = {
  active: "Captures keys.",
  expiresSoon: "Captures keys, but not for long. Request a new one in good time.",
  expired: "Captures no more keys. It still recovers what it captured.",
  revoked: "Captures no more keys. It still recovers what it captured.",
  superseded: "A later certificate took its place. It still recovers what it captured.",
} as const;

export const requestStates = {
  waiting: "Waiting for the Authority",
  signed: "Signed, not uploaded",
  uploaded: "Uploaded",
  rejected: "Rejected",
  replaced: "Replaced",
} as const;

export const keyStates = {
  captured: "Captured",
  inMemory: "In memory only",
  needsBackup: "Needs a backup",
  never: "Never backed up",
} as const;

export const keyStateHints = {
  captured: "The key this account uses now could be recovered.",
  inMemory: "The platform has the key in memory. It is captured as soon as a certificate is active.",
  needsBackup: "The next backup captures the key.",
  never: "No backup has ended yet, so there is no key to capture.",
} as const;

/** The mark of an account whose key people know. */
export const disclosed = {
  mark: "Key disclosed: rotate",
  hint: "Somebody recovered this key, so people know it.",
  text: "Somebody recovered this account’s key, so people know it. Nothing is lost. The Agent makes a new key after its next backup, and the mark goes away once that key is captured. Where the backup tool can’t change its key, the Agent says what to do.",
} as const;

/** `Expires in 26 days`, `Expires today`, `Expired 3 days ago`. */
export function expiry(days: number): string {
  if (days === 0) return "Expires today";
  return days > 0 ? `Expires in ${count(days, "day")}` : `Expired ${count(-days, "day")} ago`;
}
