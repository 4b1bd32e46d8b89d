/** The notebook's own colours: whether it is dark now, and our tokens in that scheme. */

import tokens from "../styles/tokens.css?raw";

/** The tokens that canvases resolve on the page itself. */
const FOR_CANVASES = ["--line", "--ink-3"];

const DECLARATIONS = new Map(
  [...tokens.matchAll(/(--[\w-]+):((?:[^;{}()]|\([^()]*\))+)/g)].map(([, name = "", value = ""]) => [name, value.trim()]),
);

/** Return whether the text around `element` is light, as every notebook writes it on a dark ground. */
export function isDark(element: Element): boolean {
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? []).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140;
}

/** Give `host` our tokens in the scheme of the notebook, and tell that, now and when it changes; returns what stops it. */
export function followTheme(host: HTMLElement, tell: (dark: boolean) => void): () => void {
  let known: boolean | null = null;
  const apply = () => {
    const dark = isDark(host.parentElement ?? document.body);
    if (dark === known) return;
    known = dark;
    host.style.colorScheme = dark ? "dark" : "light";
    for (const name of FOR_CANVASES) {
      document.documentElement.style.setProperty(name, colorOf(`var(${name})`, dark));
    }
    tell(dark);
  };
  for (const [name, value] of DECLARATIONS) host.style.setProperty(name, value);
  const observer = new MutationObserver(apply);
  for (const element of [document.documentElement, document.body]) observer.observe(element, { attributes: true });
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", apply);
  apply();
  return () => {
    observer.disconnect();
    query.removeEventListener("change", apply);
  };
}

/** Return what a token such as `var(--c1)` means in a scheme. */
export function colorOf(token: string, dark: boolean): string {
  return inScheme(DECLARATIONS.get(token.slice(4, -1)) ?? token, dark);
}

/** Return the half of `light-dark(a, b)` that counts; other colours are the same in both. */
export function inScheme(color: string, dark: boolean): string {
  const [, light, other] = /^light-dark\(([^,]+),([^,]+)\)$/.exec(color) ?? [];
  return (dark ? other : light)?.trim() ?? color;
}
