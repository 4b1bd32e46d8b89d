/** Hand the reader a chart: as a picture, as numbers, as code. */

import { savePicture, saveText } from "../charts/download";
import { resolveColor } from "../charts/theme";
import { copyText } from "../shell/copy";
import { say } from "../shell/toasts";

/** The address of this server, as programs name it. */
export const serverAddress = (): string => new URL(document.baseURI).href.replace(/\/$/, "");

/** Save a canvas with its title. */
export function saveCanvas(title: string, canvas: HTMLCanvasElement): void {
  savePicture(title, canvas, { background: resolveColor("var(--surface)"), ink: resolveColor("var(--ink)") });
}

/** Put code on the clipboard; where the browser does not allow that, save it as a file. */
export async function copyCode(title: string, code: string): Promise<void> {
  try {
    await copyText(code);
    say("Copied as Python code.");
  } catch {
    saveText(title, "py", code);
    say("The browser does not allow copying here, so the code was saved as a file.");
  }
}
