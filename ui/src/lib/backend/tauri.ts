import { Channel } from "@tauri-apps/api/core";

import { commands, events } from "../bindings";
import { Failure, type Backend } from "./backend";

type Refusable = (
  ...args: unknown[]
) => Promise<{ status: "ok"; data: unknown } | { status: "error"; error: unknown }>;

async function unwrap(answer: ReturnType<Refusable>): Promise<unknown> {
  const result = await answer;
  if (result.status === "ok") return result.data;
  throw Failure.from(result.error);
}

const answering = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [
    name,
    (...args: unknown[]) => unwrap((command as Refusable)(...args)),
  ]),
);

/** The real Rust half, over IPC. */
export const tauri = {
  ...answering,
  requestCertificate(scope, keySize, passphrase, onProgress) {
    const channel = new Channel(onProgress);
    return unwrap(commands.requestCertificate(scope, keySize, passphrase, channel));
  },
  onFoldersChanged: (listener) => events.certificateFoldersChanged.listen((event) => listener(event.payload)),
  onFoldersDropped: (listener) => events.foldersDropped.listen((event) => listener(event.payload)),
  onClipboardCleared: (listener) => events.clipboardCleared.listen((event) => listener(event.payload.handle)),
  onPlatformChanged: (listener) => events.platformChanged.listen((event) => listener(event.payload)),
  onConnectionChanged: (listener) => events.connectionChanged.listen((event) => listener(event.payload)),
} as Backend;
