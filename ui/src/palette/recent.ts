/** The places where the reader was last, kept in this browser. */

import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { readFields, readList, readText } from "../lib/read";
import { findRoute, type Route } from "../lib/routes";
import { modelPage, runPage, versionPage } from "../registry/places";
import { named } from "../shell/chrome";
import type { Place } from "./found";

const KEY = "headwater.recent";
const MOST = 12;
/** What pages call themselves before they know better. */
const UNNAMED = new Set(["Report", "Run not found"]);
const KINDS = ["experiment", "run", "model", "report"] as const;

export const recentPlaces = signal<readonly Place[]>(readRecent());

function readRecent(): Place[] {
  try {
    return readList(JSON.parse(localStorage.getItem(KEY) ?? "[]")).flatMap((value): Place[] => {
      const fields = readFields(value);
      const kind = KINDS.find((known) => known === fields["kind"]);
      const [text, page] = [readText(fields["text"]), readText(fields["page"])];
      return kind && text && page.startsWith("/") ? [{ kind, text, note: "visited lately", page }] : [];
    });
  } catch {
    return [];
  }
}

/** Return the place of a page that one comes back to; `title` is what the page calls itself. */
export function placeOf(route: Route, title: string): Place | null {
  const note = "visited lately";
  switch (route.page) {
    case "runs":
    case "experiment":
      return { kind: "experiment", text: title, note, page: `/experiments/${route.experimentId}/runs` };
    case "run":
      return { kind: "run", text: title, note, page: runPage(route.runId) };
    case "model":
      return { kind: "model", text: route.name, note, page: modelPage(route.name) };
    case "version":
      return { kind: "model", text: `${route.name} version ${route.version}`, note, page: versionPage(route.name, route.version) };
    case "report":
      return { kind: "report", text: title, note, page: `/reports/${route.reportId}` };
    default:
      return null;
  }
}

/** Note where the reader is, as soon as the page has a name: who leaves at once has been there, too. */
export function useRecent(): void {
  useEffect(() => effect(() => noteVisit(named.value)), []);
}

function noteVisit({ path, text }: { readonly path: string; readonly text: string }): void {
  const place = text && !UNNAMED.has(text) ? placeOf(findRoute(path), text) : null;
  if (!place) return;
  const others = recentPlaces.peek().filter(({ page }) => page !== place.page);
  recentPlaces.value = [place, ...others].slice(0, MOST);
  localStorage.setItem(KEY, JSON.stringify(recentPlaces.peek()));
}
