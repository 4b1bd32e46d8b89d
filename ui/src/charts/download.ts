/** Hand files to the reader that were made in the page. */

const nameOf = (title: string, extension: string): string =>
  `${title.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-") || "chart"}.${extension}`;

function save(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** The types that browsers take files for; others are saved as plain text. */
const TYPES: Readonly<Record<string, string>> = { csv: "text/csv", svg: "image/svg+xml", html: "text/html", md: "text/markdown" };

/** Save text as a file. */
export function saveText(title: string, extension: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: TYPES[extension] ?? "text/plain" }));
  save(url, nameOf(title, extension));
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Save a canvas as a PNG on `background`, with its title above. */
export function savePicture(title: string, canvas: HTMLCanvasElement, colors: { background: string; ink: string }): void {
  const ratio = window.devicePixelRatio || 1;
  const head = 24 * ratio;
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height + head;
  const context = copy.getContext("2d");
  if (!context) return;
  context.fillStyle = colors.background;
  context.fillRect(0, 0, copy.width, copy.height);
  context.fillStyle = colors.ink;
  context.font = `600 ${12 * ratio}px sans-serif`;
  context.fillText(title, 8 * ratio, 16 * ratio);
  context.drawImage(canvas, 0, head);
  save(copy.toDataURL("image/png"), nameOf(title, "png"));
}
