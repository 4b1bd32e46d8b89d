/** Light, dark, or what the system says. `theme.js` applies the choice before the first paint. */

import { signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "headwater.theme";

export const theme = signal<Theme>(THEMES.find((choice) => choice === localStorage.getItem(KEY)) ?? "system");

/** Choose a theme and remember it on this machine. */
export function setTheme(choice: Theme): void {
  theme.value = choice;
  if (choice === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  document.documentElement.style.colorScheme = choice === "system" ? "" : choice;
}
