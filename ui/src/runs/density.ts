/** How high the rows of tables are; a comfort, kept on this machine. */

import { signal } from "@preact/signals";

export const DENSITIES = { compact: 24, normal: 28, roomy: 36 } as const;
export type Density = keyof typeof DENSITIES;
export const DENSITY_NAMES: readonly Density[] = ["compact", "normal", "roomy"];

const KEY = "headwater.rows";

export const density = signal<Density>(DENSITY_NAMES.find((name) => name === localStorage.getItem(KEY)) ?? "normal");

/** Choose how high rows are, and remember it. */
export function setDensity(name: Density): void {
  density.value = name;
  localStorage.setItem(KEY, name);
}
