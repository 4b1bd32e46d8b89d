/** The colours of the light theme, whatever the page has: for files that others read on white. */

const known = new Map<string, string>();

/** Return the colour that `css` means in the light theme. */
export function resolveLight(css: string): string {
  const cached = known.get(css);
  if (cached) return cached;
  const probe = document.createElement("i");
  probe.style.colorScheme = "light";
  probe.style.color = css;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  known.set(css, color);
  return color;
}
