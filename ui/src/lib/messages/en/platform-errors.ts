import { say, type Explain } from "../words";

/** Words for what the platform refuses. */
export const platformErrors: { readonly [code in string]: Explain } = {
  "alert-rule-refused": say(
    "The platform does not take this rule",
    "Write up to eight numbers of days from 1 to 1000, and up to 20 mail addresses like ann@example.org.",
  ),
  "identity-provider-failed": say(
    "Your organisation’s sign-in did not answer as it should",
    "Try again in a moment. If it goes on, tell the platform’s administrator.",
  ),
  "no-identity-provider": say(
    "This platform is not linked to an organisation’s sign-in any more",
    "Sign in with a password, or ask the platform’s administrator.",
  ),
  "not-known-here": say(
    "Your organisation knows you, but this platform does not",
    "Ask an administrator of the platform to add you, for signing in with your organisation.",
  ),
  "not-signed-in-there": say(
    "The sign-in was not completed in the browser",
    "Begin again, and agree to signing in to this platform there.",
  ),
  "ticket-refused": say("The sign-in had run out", "Begin again."),
  "too-many-streams": say(
    "Too many Consoles of yours are open",
    "Close one elsewhere. Until then, Refresh shows what others change.",
  ),
  "wrong-credentials": say(
    "Name and password don’t match",
    "Check capitals and keyboard layout. This is the password of the platform, not a passphrase.",
  ),
  "too-many-attempts": say("Too many attempts", "Wait a few minutes, then sign in again."),
  "second-factor-required": say("A code is needed", "Read it from your authenticator app."),
  "code-refused": say(
    "The code isn’t right, or was used before",
    "Wait for the next one. If none works, check the clock of the device that makes them.",
  ),
  "wrong-password": say(
    "This is not your password",
    "Check capitals and keyboard layout. It is the password that you sign in with.",
  ),
  "second-factor-not-begun": say(
    "Nothing waits to be confirmed",
    "Another window may have begun anew. Close this and begin again.",
  ),
  "second-factor-not-set-up": say(
    "Your platform demands a second factor of you",
    "Set one up first, then try again.",
  ),
  "not-allowed": say(
    "You are not allowed to do this here",
    "Ask someone who administers a Collection above it.",
  ),
  "not-found": say(
    "The platform doesn’t know this any more",
    "It may have been deleted. Refresh and look again.",
  ),
  "parent-not-found": say("The Collection it should go into is gone", "Refresh the tree and choose another."),
  "parent-is-group": say("A Group holds Accounts only", "Choose a Collection."),
  "parent-is-collection": say("A Collection holds no Accounts", "Choose a Group."),
  "moved-into-itself": say("A Collection can’t be moved into itself", "Choose a place outside it."),
  "too-deep": say("It would lie too deep", "Choose a Collection further up in the tree."),
  "root-stays": say(
    "The topmost Collection stays where it is",
    "It can be renamed, but not moved or deleted.",
  ),
  "not-empty": say("It is not empty", "Move or delete what is in it first."),
  "has-captured-keys": say(
    "This account has captured keys",
    "They would be lost with it, so it can’t be deleted. Rename or move it instead.",
  ),
  "idempotency-key-in-use": say(
    "The platform is still busy with this",
    "Wait a moment, then refresh the view before you try again.",
  ),
  "name-taken": say("This name is taken here", "Choose another name, or another place."),
  "name-refused": say("This name can’t be used", "Use 1 to 200 ordinary characters."),
  "reason-refused": say("This reason can’t be recorded", "Write it in fewer, ordinary characters."),
  "certificate-replaces-another": say(
    "Another certificate became active in the meantime",
    "Go back and check again: you will be told which one this replaces.",
  ),
  "certificate-superseded": say(
    "This certificate was replaced before",
    "A later one is active. Request a new one if you want to replace that.",
  ),
  "capture-failed": say(
    "The platform could not capture the keys",
    "Nothing was changed. Try again, and tell the platform’s administrator if it goes on.",
  ),
  "capture-signer-refused": say(
    "The platform’s own signing certificate is not accepted",
    "Its administrator has to have it issued anew by the Authority.",
  ),
  "store-failed": say(
    "The platform could not store this",
    "Try again. Tell its administrator if it goes on.",
  ),
  busy: say("The platform is busy", "Wait a moment, then try again."),
  timeout: say("The platform took too long to answer", "Look whether it was done before you try again."),
};
