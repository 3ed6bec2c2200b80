import type { RecoveredView } from "../../bindings";
import { Failure } from "../backend";

const PASSPHRASE = "copper lantern violet harbour";

/** The password in every recovered key. */
export const SECRET = "Il1O0-vB8&kq|5S2Z";

/** A recovered key, for who types the right passphrase. */
export function recovered(accountName: string, passphrase: string, now: Date): RecoveredView {
  if (passphrase !== PASSPHRASE) throw new Failure({ code: "wrong-passphrase" });
  return {
    handle: 1,
    accountName,
    capturedAt: now.toISOString(),
    secrets: [
      { name: "password", length: SECRET.length, text: true },
      { name: "key-file", length: 2048, text: false },
    ],
  };
}
