/** Puts what is no secret on the clipboard; secrets go through the Rust half. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

/** The older way, for webviews without the asynchronous clipboard. */
function copySelection(text: string): boolean {
  const copied = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", copied, { once: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", copied);
  return done;
}
