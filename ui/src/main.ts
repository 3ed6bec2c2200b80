import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/table.css";

import { mount } from "svelte";

import App from "./App.svelte";
import type { Backend } from "./lib/backend/backend";

/** The real Rust half in the window; in a plain browser, a fake that a production build does not contain. */
async function backend(): Promise<Backend> {
  const inBrowser = !("__TAURI_INTERNALS__" in window);
  if ((import.meta.env.DEV || import.meta.env.MODE === "fake") && inBrowser) {
    const { inPlainBrowser } = await import("./lib/backend/fake/browser");
    return inPlainBrowser();
  }
  return (await import("./lib/backend/tauri")).tauri;
}

const target = document.getElementById("app");
if (target) mount(App, { target, props: { backend: await backend() } });
