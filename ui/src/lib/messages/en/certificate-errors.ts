import { day } from "../../format";
import { quoted, say, type Explain } from "../words";

const again = "Have the request signed again with the Group Certificate profile.";
const remake = "Request a Group Certificate in this Console: it makes a key that fits.";
const crl = "Ask the Authority for a current revocation list on the platform, then try again.";
const when = (moment: string | undefined, otherwise: string): string => (moment ? day(moment) : otherwise);

/** Words for each thing in the Group Certificate profile that a certificate may fail. */
export const certificateErrors: { readonly [code in string]: Explain } = {
  "certificate-unreadable": say(
    "This is not a certificate that can be read",
    "Choose the file that the Authority sent.",
  ),
  "certificate-refused": say(
    "The certificate does not meet the Group Certificate profile",
    "Have the request signed again with that profile. Check that the Console is up to date.",
  ),
  "certificate-not-for-request": say(
    "The platform’s certificate is for another key than the one that was requested",
    "Don’t upload it. Tell the Authority, and whoever is responsible for security.",
  ),
  "certificate-too-large": say(
    "This is too large for one certificate",
    "Choose the signed certificate alone.",
  ),
  "certificate-malformed": say("The certificate is damaged", "Fetch it again from the Authority."),
  "certificate-version": say("This is not an X.509 version 3 certificate", again),
  "certificate-extension-repeated": say("The certificate repeats an extension", again),
  "certificate-extension-critical": say("The certificate demands something that Keyfold doesn’t know", again),
  "certificate-key-usage": say("The certificate allows other uses than encrypting keys", again),
  "certificate-key-recovery-agent": say("The certificate is not made for key recovery", again),
  "certificate-is-authority": say(
    "This is the certificate of an Authority",
    "Choose the Group Certificate that it signed.",
  ),
  "certificate-validity-too-long": (p) => ({
    what: p["days"]
      ? `The certificate is valid for ${p["days"]} days`
      : "The certificate is valid for too long",
    next: "1000 days are the most. Have the request signed for less.",
  }),
  "certificate-validity-backwards": say("The certificate ends before it begins", again),
  "certificate-scope-wrong": (p) => ({
    what: `The certificate is for ${quoted(p["scopeName"], "another Group or Collection")}`,
    next: "Choose that one in the tree, or another certificate.",
  }),
  "certificate-scope-missing": say("The certificate names no Group or Collection", again),
  "certificate-scope-several": say("The certificate names more than one Group or Collection", again),
  "certificate-scope-not-guid": say("The certificate doesn’t name a GUID", again),
  "certificate-scope-malformed": say("The name in the certificate can’t be read", again),
  "certificate-not-yet-valid": (p) => ({
    what: `The certificate is valid only from ${when(p["from"], "a later day")}`,
    next: "Check this computer’s clock, or wait until then.",
  }),
  "certificate-expired": (p) => ({
    what: `The certificate expired ${p["since"] ? `on ${day(p["since"])}` : "already"}`,
    next: "Request a new one. Keep this one’s folder to recover what it captured.",
  }),
  "certificate-key-not-rsa": say("The certificate’s key is not an RSA key", remake),
  "certificate-key-malformed": say("The certificate’s key is damaged", remake),
  "certificate-key-too-small": say("The certificate’s key is too short", remake),
  "certificate-key-too-large": say("The certificate’s key is longer than can be used", remake),
  "certificate-key-exponent": say("The certificate’s key is unsafe", remake),
  "certificate-issuer-unknown": say(
    "The certificate was not signed by your Authority",
    "Have the request signed by the Authority of this platform.",
  ),
  "certificate-signature-bad": say(
    "The signature on the certificate is wrong",
    "Fetch it again from the Authority.",
  ),
  "certificate-signature-algorithm": say("The certificate is signed in a way that is not accepted", again),
  "certificate-issuer-not-valid": say(
    "A certificate between this one and the Authority is not valid now",
    "Ask the Authority for a renewed chain.",
  ),
  "certificate-issuer-not-allowed": say(
    "Whoever signed this certificate is not allowed to",
    "Have the request signed by the Authority of this platform.",
  ),
  "certificate-purpose": say("The certificate is not made for key recovery", again),
  "certificate-revoked": say("The Authority revoked this certificate", "Request a new one."),
  "certificate-revocation-no-list": say(
    "Whether the certificate was revoked is unknown: there is no list",
    crl,
  ),
  "certificate-revocation-stale": say(
    "Whether the certificate was revoked is unknown: the list is out of date",
    crl,
  ),
  "certificate-revocation-wrong-signer": say(
    "Whether the certificate was revoked is unknown: the list is not the Authority’s",
    crl,
  ),
  "certificate-revocation-unsupported": say(
    "Whether the certificate was revoked is unknown: the list can’t be used",
    crl,
  ),
  "certificate-pem-missing": say(
    "There is no certificate in the file",
    "Choose the file that the Authority sent.",
  ),
  "certificate-pem-several": say(
    "There is more than one certificate in the file",
    "Choose a file with the Group Certificate alone.",
  ),
  "certificate-pem-trailing": say(
    "There is something after the certificate in the file",
    "Choose a file with the Group Certificate alone.",
  ),
  "certificate-pem-damaged": say("The certificate’s text is damaged", "Fetch it again from the Authority."),
};
