/** The clipboard, also where the browser's own way to it is closed: on pages without HTTPS, as most servers of a lab are. */

import { say } from "./toasts";

/** Put a text on the clipboard; throws where the browser does not allow it. */
export async function copyText(text: string): Promise<void> {
  if (isSecureContext) await navigator.clipboard.writeText(text);
  else copySelected(text);
}

/** Put a text on the clipboard and say so; where the browser does not allow that, show it to be copied by hand. */
export async function copyAndSay(text: string, what: string): Promise<void> {
  try {
    await copyText(text);
    say(`${what} copied`);
  } catch {
    say(text);
  }
}

function copySelected(text: string): void {
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.style.cssText = "position:fixed;opacity:0";
  const focused = document.activeElement;
  // Beside an open dialog nothing can be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  if (!isCopied) throw new Error("The browser does not allow copying here.");
}
