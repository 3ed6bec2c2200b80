import { quoted, say, type Explain } from "../words";
import { certificateErrors } from "./certificate-errors";
import { platformErrors } from "./platform-errors";

const server = (name: string | undefined): string => name ?? "the platform";
const retry = "Try again. If it happens again, tell whoever looks after Keyfold what is written here.";

/** Words for every error code that crosses IPC. */
export const errors: { readonly [code in string]: Explain } = {
  ...certificateErrors,
  ...platformErrors,
  internal: say("Something went wrong inside the Console", retry),
  "not-connected": say("No platform is set up", "Connect this Console to your platform first."),
  locked: say("Keyfold is locked", "Sign in again to go on."),
  "signed-out": say("You are signed out", "Sign in again. What you typed is still here."),
  "sign-in-not-begun": say(
    "The sign-in could not begin on this computer",
    "Your browser needs a free port here to come back to. Close other programs and try again, or sign in with a password.",
  ),
  "browser-not-opened": say(
    "No browser opened",
    "Choose a browser in your system’s settings and try again, or sign in with a password.",
  ),
  "sign-in-too-late": say("Nobody came back from the browser in time", "Begin again when you are ready."),
  "not-printed": say("Nothing was printed", "Look whether a printer is set up, or save instead."),
  "connection-file-damaged": say(
    "The saved connection can’t be read",
    "Connect again with the platform’s address and the Authority’s fingerprint.",
  ),
  "connection-not-saved": say(
    "The connection could not be saved",
    "Check that the disk has room and is writable.",
  ),
  "bad-address": say(
    "This is not a platform address",
    "It starts with https:// and names a host, perhaps a port.",
  ),
  "bad-fingerprint": say("This is not a fingerprint", "It has 64 digits, 0–9 and a–f. Copy all of it."),
  "bad-identifier": say(
    "The platform named something in a way that can’t be right",
    "Refresh and try again.",
  ),
  "platform-unreachable": (p) => ({
    what: `${server(p["server"])} can’t be reached`,
    next: "Check the address and the network, then try again. Nothing you typed is lost.",
  }),
  "platform-wrong-authority": (p) => ({
    what: `${server(p["server"])} was not vouched for by this Authority`,
    next: "Compare the fingerprint with your administrator’s. If it is right, someone else may be posing as your platform: don’t sign in.",
  }),
  "platform-not-issued-by-authority": (p) => ({
    what: `The Authority did not sign ${server(p["server"])}’s certificate`,
    next: "Someone may be posing as your platform. Ask its administrator before you go on.",
  }),
  "platform-certificate-expired": (p) => ({
    what: `The certificate of ${server(p["server"])} has expired`,
    next: "Its administrator has to have a new one issued. Check this computer’s date, too.",
  }),
  "platform-certificate-not-valid-yet": (p) => ({
    what: `The certificate of ${server(p["server"])} is not valid yet`,
    next: "Check this computer’s date and time.",
  }),
  "platform-wrong-host": (p) => ({
    what: `The platform’s certificate is for another host than ${server(p["server"])}`,
    next: "Check the address, or ask the platform’s administrator which name it has.",
  }),
  "platform-certificate-invalid": (p) => ({
    what: `The certificate of ${server(p["server"])} can’t be accepted`,
    next: "Ask the platform’s administrator to have it issued anew.",
  }),
  "platform-not-understood": say(
    "The platform gave an answer that this Console doesn’t understand",
    "Check that the address is that of the platform, and that the Console is up to date.",
  ),
  "platform-refused": (p) => ({
    what: "The platform refused",
    next: p["reason"] ?? "Ask its administrator why.",
  }),
  "platform-contradicts-itself": say(
    "The platform said one thing before and another now",
    "Don’t go on. Tell whoever is responsible for security: records may have been exchanged.",
  ),
  "tls-setup": say("A secure connection can’t be set up on this computer", retry),
  "scope-not-found": say(
    "This Group or Collection is no longer there",
    "Refresh the tree; it may have been deleted.",
  ),
  cancelled: say("Stopped", "Nothing was written. Start again when you like."),
  "request-running": say("A key pair is being made already", "Wait until it is done, or stop it."),
  "passphrase-unusable": say(
    "This passphrase can’t be used",
    "Choose one of at most 1024 bytes, in ordinary characters.",
  ),
  "passphrase-too-weak": say(
    "This passphrase would be guessed",
    "Make it longer: four or five unrelated words.",
  ),
  "key-not-made": say("No key pair could be made", "Nothing was written. Try again."),
  "file-unreadable": (p) => ({
    what: `${quoted(p["path"], "The file")} can’t be read`,
    next: "Check that it is still there and that you may read it.",
  }),
  "file-too-large": (p) => ({
    what: `${quoted(p["path"], "The file")} is far too large to be the right one`,
    next: "Choose the certificate, or the captured key, alone.",
  }),
  "file-not-written": (p) => ({
    what: `${quoted(p["path"], "The file")} could not be written`,
    next: "Choose another place, or check that the disk has room.",
  }),
  "file-not-chosen": say("No file was chosen in this session", "Choose it again."),
  "request-not-signed": say("The request is not signed yet", "Wait for the Authority, then upload."),
  "private-key-not-here": say(
    "The private key of this certificate is not on this computer",
    "Import the certificate folder from whoever requested it.",
  ),
  "wrong-passphrase": say(
    "The passphrase does not open this private key",
    "Check capitals and keyboard layout. Nothing was recorded.",
  ),
  "sealed-key-damaged": say(
    "The private key’s file is damaged",
    "Import the certificate folder again from another copy.",
  ),
  "reason-missing": say("A reason is needed", "It is recorded with the recovery."),
  "captured-key-not-listed": say(
    "This captured key is not in the list any more",
    "Go back and choose again.",
  ),
  "captured-key-untrusted": say(
    "The captured key was not signed by your platform",
    "It is not shown, because it may have been exchanged. Tell whoever is responsible for security.",
  ),
  "not-a-captured-key": (p) => ({
    what: `${quoted(p["path"], "The file")} is no captured key, or is damaged`,
    next: "Choose a file that was saved from a recovery.",
  }),
  "captured-key-not-opened": say(
    "The captured key does not open, or is not what the platform says it is",
    "It is not shown. Choose another captured key of this account, and report this one.",
  ),
  "recovered-key-forgotten": say("The recovered key was forgotten", "Recover it again."),
  "secret-not-found": (p) => ({
    what: `The recovered key holds no ${quoted(p["name"], "such secret")}`,
    next: "Recover it again.",
  }),
  "secret-not-text": say("This secret is not text", "Save it to a file instead."),
  "clipboard-failed": say("The clipboard does not take it", "Reveal it, or save it to a file."),
  "folder-not-found": say("This certificate folder is no longer there", "Look at the list again."),
  "key-pair-not-found": say("This key pair is no longer there", "Look at the list again."),
  "name-not-equal": say("This is not the name", "Type it exactly as it is written, capitals included."),
  "certificates-directory-failed": (p) => ({
    what: `The Certificates directory ${p["path"] ? `(${p["path"]}) ` : ""}can’t be used`,
    next: "Check that it belongs to you, that it is writable and that the disk has room.",
  }),
  "no-certificate-folder": (p) => ({
    what: `${quoted(p["path"], "The folder")} holds no certificate folder`,
    next: "Choose a folder whose name is a GUID, or a whole Certificates directory.",
  }),
  "own-certificates-directory": say(
    "This is the Certificates directory itself",
    "Choose another place: a USB stick, or a colleague’s folder.",
  ),
  "folder-not-exported": (p) => ({
    what: `${quoted(p["folder"], "The folder")} could not be exported`,
    next: "Choose another place, or check that the disk has room.",
  }),
  "key-pair-not-saved": say(
    "The key pair could not be saved",
    "Nothing was changed. Check the disk, then try again.",
  ),
  "saved-request-unusable": say(
    "The request in the certificate folder can’t be used",
    "Request a new Group Certificate.",
  ),
  "not-enough-memory": say(
    "There is not enough memory to open the private key",
    "Close other programs: 256 MiB are needed for a moment.",
  ),
  "not-opened": (p) => ({
    what: "The file manager did not open",
    next: p["path"] ? `Go to ${p["path"]} yourself.` : "Go to the Certificates directory yourself.",
  }),
};
