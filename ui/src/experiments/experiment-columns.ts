/** The cells of the list of experiments. */

import type { DataColumn } from "../grid/data-grid";
import type { CellView } from "../grid/pooled-grid";
import { pillsCell, statusCell, textCell, wrap } from "../grid/text-cell";
import { formatAgo, formatCount, formatMoment, formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import css from "./experiments.module.css";
import type { ExperimentRow } from "./folders";
import { isStarred } from "./stars";
import { DESCRIPTION_TAG, isOwnTag, OWNER_TAG } from "./tags";

const INDENT = 16;
const TAGS = 3;

/** What the cells ask of the page. */
export interface ListState {
  readonly selected: ReadonlySet<string>;
}

type RowAt = (index: number) => ExperimentRow | undefined;

/** Make the columns; `state` is read whenever a row is drawn. */
export function makeExperimentColumns(state: { readonly current: ListState }): readonly DataColumn<ExperimentRow>[] {
  return [
    { id: "check", title: "", width: 36, isFrozen: true, cell: (rowAt) => checkCell(state, rowAt) },
    { id: "star", title: "", width: 34, isFrozen: true, cell: (rowAt) => starCell(rowAt) },
    { id: "name", title: "Name", width: 300, isFrozen: true, sort: ["name", "ASC"], cell: nameCell },
    { id: "runs", title: "Runs", width: 70, isNumeric: true, sort: ["runs", "DESC"], cell: textCell(({ runs }) => formatCount(runs)) },
    {
      id: "running",
      title: "Running",
      width: 96,
      sort: ["running", "DESC"],
      cell: statusCell(({ running }) => (running > 0 ? { word: `${formatCount(running)} running`, tone: "run" } : { word: "", tone: "none" })),
    },
    {
      id: "last_activity",
      title: "Last activity",
      width: 136,
      sort: ["last_activity", "DESC"],
      cell: textCell(({ lastActivity }) => [formatAgo(lastActivity, Date.now()), formatMoment(lastActivity)]),
    },
    {
      id: "best",
      title: "Best of the main metric",
      width: 180,
      cell: textCell(({ facts }) => (facts?.main && facts.overview.best !== null ? `${formatNumber(Number(facts.overview.best))} ${facts.main.key}` : "")),
    },
    { id: "owner", title: "Owner", width: 100, cell: textCell(({ facts }) => facts?.tags.get(OWNER_TAG) ?? "") },
    {
      id: "tags",
      title: "Tags",
      width: 170,
      cell: pillsCell(({ facts }) => [...(facts?.tags ?? [])].filter(([key]) => isOwnTag(key) && key !== OWNER_TAG).map(([key, value]) => ({ text: value ? `${key}: ${value}` : key })), TAGS),
    },
    { id: "description", title: "Description", width: 230, cell: textCell(({ facts }) => (facts?.tags.get(DESCRIPTION_TAG) ?? "").split("\n", 1)[0] ?? "") },
    { id: "actions", title: "", width: 44, cell: actionsCell },
  ];
}

function checkCell(state: { readonly current: ListState }, rowAt: RowAt): CellView {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.tabIndex = -1;
  const element = wrap(box);
  element.classList.add(css.tight ?? "");
  return {
    element,
    show(index) {
      const row = rowAt(index);
      box.hidden = !row?.facts;
      box.checked = row !== undefined && state.current.selected.has(row.id);
      box.setAttribute("aria-label", `Select ${row?.facts?.experiment.name ?? ""}`);
    },
  };
}

function starCell(rowAt: RowAt): CellView {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.dataset["star"] = "";
  button.className = css.star ?? "";
  const element = wrap(button);
  element.classList.add(css.tight ?? "");
  return {
    element,
    show(index) {
      const row = rowAt(index);
      const isOn = row?.facts ? isStarred(row.facts.tags) : false;
      button.hidden = !row?.facts;
      button.textContent = isOn ? "★" : "☆";
      button.setAttribute("aria-pressed", String(isOn));
      button.setAttribute("aria-label", `Star ${row?.facts?.experiment.name ?? ""}`);
    },
  };
}

function nameCell(rowAt: RowAt): CellView {
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.tabIndex = -1;
  toggle.dataset["toggle"] = "";
  toggle.className = css.toggle ?? "";
  const link = document.createElement("a");
  link.tabIndex = -1;
  const element = wrap(toggle, link);
  element.classList.add(css.name ?? "");
  return {
    element,
    show(index) {
      const row = rowAt(index);
      if (!row) return;
      link.textContent = row.name;
      link.title = row.facts?.experiment.name ?? row.id;
      if (row.facts) link.href = hrefOf(`/experiments/${row.id}/runs`);
      else link.removeAttribute("href");
      toggle.style.marginLeft = `${(row.level - 1) * INDENT}px`;
      toggle.disabled = row.isExpanded === null;
      toggle.textContent = row.isExpanded === null ? "" : row.isExpanded ? "▾" : "▸";
      toggle.setAttribute("aria-label", `${row.isExpanded ? "Close" : "Open"} the folder ${row.id}`);
      element.classList.toggle(css.folder ?? "", row.facts === null);
    },
  };
}

function actionsCell(rowAt: RowAt): CellView {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.dataset["actions"] = "";
  button.className = css.star ?? "";
  button.textContent = "⋯";
  const element = wrap(button);
  element.classList.add(css.tight ?? "");
  return {
    element,
    show(index) {
      const row = rowAt(index);
      button.hidden = !row?.facts;
      button.setAttribute("aria-label", `Actions for ${row?.facts?.experiment.name ?? ""}`);
    },
  };
}

/** Order experiments as the list asks for; starred ones come first. */
export function compareRows(order: string): (a: Sortable, b: Sortable) => number {
  const [key = "", direction] = order.split(" ");
  const sign = direction === "DESC" ? -1 : 1;
  const valueOf = VALUES[key] ?? VALUES["last_activity"];
  const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  return (a, b) => {
    const star = Number(isStarred(b.tags)) - Number(isStarred(a.tags));
    if (star !== 0) return star;
    const byName = names.compare(a.experiment.name, b.experiment.name);
    if (key === "name" || !valueOf) return byName * sign;
    return (valueOf(a) - valueOf(b)) * sign || byName;
  };
}

type Sortable = NonNullable<ExperimentRow["facts"]>;

const VALUES: Readonly<Record<string, (facts: Sortable) => number>> = {
  runs: ({ overview }) => overview.runs,
  running: ({ overview }) => overview.running,
  last_activity: ({ overview }) => overview.last_activity,
};
