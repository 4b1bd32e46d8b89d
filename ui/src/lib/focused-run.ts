/** The run that the reader points at, anywhere on the page: every table and chart brings it to the front. */

import { signal } from "@preact/signals";

export const focusedRun = signal("");
