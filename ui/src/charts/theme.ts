/** CSS colours for canvases, which know neither variables nor `light-dark()`. */

import { signal } from "@preact/signals";

/** Grows whenever the colours may have changed. */
export const themeVersion = signal(0);

const known = new Map<string, string>();
let watching = false;

function watch(): void {
  if (watching) return;
  watching = true;
  const refresh = () => {
    known.clear();
    themeVersion.value++;
  };
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) matchMedia(query).addEventListener("change", refresh);
  new MutationObserver(refresh).observe(document.documentElement, { attributes: true });
}

/** Return the colour that `css` means now, such as `rgb(1, 2, 3)` for `var(--c1)`. */
export function resolveColor(css: string): string {
  watch();
  const cached = known.get(css);
  if (cached) return cached;
  const probe = document.createElement("i");
  probe.style.color = css;
  probe.style.forcedColorAdjust = "none"; // else every colour would be that of texts
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  known.set(css, color);
  return color;
}
