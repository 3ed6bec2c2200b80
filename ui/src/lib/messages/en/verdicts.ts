import { say, type Explain } from "../words";

const damaged: Explain = ({ file }) => ({
  what: file ? `Damaged: ${file}` : "A file in it is damaged",
  next: "Copy the folder again from whoever shared it. A private key that still opens is not touched.",
});

/** Words for what the check of a folder or key pair said. */
export const verdicts: { readonly [code in string]: Explain } = {
  "folder-complete": say("Complete", "Recovers what its certificate captured."),
  "folder-not-signed-yet": say("Not signed yet", "The Authority has to sign its request; then upload it."),
  "folder-empty": say("Empty", "It holds no key pair. Copy the whole folder, with what is inside."),
  "folder-not-a-scope": say(
    "Not a certificate folder",
    "Its name is not the GUID of a scope. Copy the folder under the name it had.",
  ),
  "folder-key-and-certificate-dont-match": say(
    "Key and certificate don’t match",
    "The certificate belongs to another private key. Put back the files that belong together.",
  ),
  "folder-wrong-guid": say(
    "Belongs to another scope",
    "The GUID inside is not the folder’s name. Rename the folder back, or copy it again.",
  ),
  "folder-file-missing": ({ file }) => ({
    what: file ? `Missing: ${file}` : "A file is missing",
    next: "Copy the whole folder again from whoever shared it.",
  }),
  "folder-damaged": damaged,
  "folder-newer-version": say("Made by a newer Keyfold", "Update the Console on this computer."),
  "folder-unreadable": ({ file }) => ({
    what: file ? `Can’t be read: ${file}` : "Can’t be read",
    next: "Check that you own the folder and may read it.",
  }),
};
