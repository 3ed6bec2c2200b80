import type { CertificateFolderView, CertificateFoldersView, ImportView, KeyPairView } from "../../bindings";
import { above, type Organisation } from "./organisation";

const COMPLETE = { code: "folder-complete", file: null };
const NOT_SIGNED = { code: "folder-not-signed-yet", file: null };

/** Where the sample Certificates directory would be. */
export const CERTIFICATES = "~/.local/share/Keyfold/Console/Certificates";

/** The certificate folders of the sample organisation's admin, with two that need attention. */
export function certificateFolders(made: Organisation, now: Date): CertificateFoldersView {
  const mine = made.scopes.map((scope) => folder(made, scope.guid, now)).filter((each) => each !== null);
  const damaged: CertificateFolderView = {
    folder: "5f0c2a1e-8d3b-4c67-a1f2-0b9e8d7c6a55",
    name: "Westgate Dental",
    kind: "group",
    path: ["Northwind", "Hospitals"],
    keyPairs: [
      {
        spkiFingerprint: null,
        created: "2026-02-17",
        notAfter: null,
        holders: [],
        verdict: { code: "folder-damaged", file: "private-key.json" },
      },
    ],
    verdict: { code: "folder-damaged", file: "private-key.json" },
  };
  const copied: CertificateFolderView = {
    folder: "Radiology (copy)",
    name: null,
    kind: null,
    path: [],
    keyPairs: [],
    verdict: { code: "folder-not-a-scope", file: null },
  };
  return { path: CERTIFICATES, folders: [...mine, damaged, copied] };
}

/** What an import of one shared folder answers, with each outcome. */
export const IMPORTED: ImportView = {
  imported: ["Harbour Primary"],
  unchanged: ["Northwind"],
  refused: [{ folder: "Law firms", verdict: { code: "folder-key-and-certificate-dont-match", file: null } }],
};

function folder(made: Organisation, guid: string, now: Date): CertificateFolderView | null {
  const scope = made.scopes.find((each) => each.guid === guid);
  if (!scope) return null;
  const created = now.toISOString().slice(0, 10);
  const waiting: KeyPairView[] = made.requests
    .filter((request) => request.scope === guid && request.state !== "uploaded" && request.keyOnThisComputer)
    .map((request) => ({
      spkiFingerprint: request.spkiFingerprint,
      created,
      notAfter: null,
      holders: ["Maria Engel"],
      verdict: NOT_SIGNED,
    }));
  const signed: KeyPairView[] = made.certificates
    .filter((certificate) => certificate.scope === guid && certificate.keyOnThisComputer)
    .map((certificate) => ({
      spkiFingerprint: certificate.spkiFingerprint,
      created: certificate.notBefore.slice(0, 10),
      notAfter: certificate.notAfter,
      holders: ["Maria Engel", "Recovery sheet, safe"],
      verdict: COMPLETE,
    }));
  const keyPairs = [...waiting, ...signed];
  if (keyPairs.length === 0) return null;
  const path = above(made, guid)
    .map((each) => each.name)
    .reverse();
  const verdict = signed.length > 0 ? COMPLETE : NOT_SIGNED;
  return { folder: guid, name: scope.name, kind: scope.kind, path, keyPairs, verdict };
}
