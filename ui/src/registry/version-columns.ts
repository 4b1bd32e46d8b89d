/** The columns of the table of versions: which there are, which are shown, and what each is made of. */

import type { KeyCount, QueryVersionsResponse, VersionRow } from "../api/schema";
import type { DataColumn } from "../grid/data-grid";
import { linkCell, pillsCell, statusCell, textCell } from "../grid/text-cell";
import { formatAgo, formatCount, formatMoment } from "../lib/format";
import { formatBytes } from "../preview/bytes";
import { aliasCell, aliasesCell } from "./alias-cell";
import { writeMetric } from "./diff";
import { runPage, versionPage } from "./places";
import { NO_STAGE, STATUS, tagPills } from "./versions";

export const DEFAULT_ORDER = "version DESC";

type Column = DataColumn<VersionRow>;

const moment = (time: number) => [formatAgo(time, Date.now()), formatMoment(time)] as const;

const NUMBER: Column = {
  id: "version",
  title: "Version",
  width: 92,
  isFrozen: true,
  sort: ["version", "DESC"],
  cell: linkCell(({ version: { name, version } }) => ({ text: version, page: versionPage(name, version) }), "name"),
};

/** The columns that every model has, in their order; metrics and params stand after the status. */
const BEFORE: readonly Column[] = [
  { id: "aliases", title: "Aliases", width: 200, cell: aliasCell },
  {
    id: "stage",
    title: "Stage",
    width: 104,
    sort: ["stage", "DESC"],
    cell: pillsCell(({ version: { current_stage: stage } }) => (stage === NO_STAGE ? [] : [{ text: stage }]), 1),
  },
  { id: "status", title: "Status", width: 92, sort: ["status", "ASC"], cell: statusCell(({ version: { status } }) => STATUS[status]) },
];
const AFTER: readonly Column[] = [
  {
    id: "run",
    title: "Run",
    width: 140,
    sort: ["run", "ASC"],
    cell: linkCell(({ version: { run_id: runId }, run_name: name }) => ({ text: name || runId.slice(0, 8), page: runId && runPage(runId) }), "link"),
  },
  { id: "signature", title: "Signature", width: 96, sort: ["signature", "ASC"], cell: textCell(({ signature = "" }) => signature) },
  {
    id: "size",
    title: "Size",
    width: 84,
    isNumeric: true,
    sort: ["size", "DESC"],
    cell: textCell(({ size = 0, files = 0 }) => (files > 0 ? [formatBytes(size), `${formatCount(size)} bytes in ${formatCount(files)} files`] : "")),
  },
  {
    id: "requirements",
    title: "Requirements",
    width: 124,
    isNumeric: true,
    sort: ["requirements", "DESC"],
    cell: textCell(({ requirements }) => (typeof requirements === "number" ? formatCount(requirements) : "")),
  },
  { id: "created", title: "Created", width: 104, sort: ["created", "DESC"], cell: textCell(({ version }) => moment(version.creation_timestamp)) },
  { id: "updated", title: "Last change", width: 112, sort: ["updated", "DESC"], cell: textCell(({ version }) => moment(version.last_updated_timestamp)) },
  { id: "user", title: "By", width: 96, sort: ["user", "ASC"], cell: textCell(({ user_id: user = "" }) => user) },
  { id: "tags", title: "Tags", width: 220, cell: pillsCell(({ version }) => tagPills(version.tags), 3) },
  { id: "description", title: "Description", width: 320, cell: textCell(({ version }) => (version.description ?? "").split("\n", 1)[0] ?? "") },
];

const metricId = (key: string): string => `metrics.${key}`;
const isMetric = (id: string): boolean => id.startsWith("metrics.");
const isParam = (id: string): boolean => id.startsWith("params.");
const keyOf = (id: string): string => id.slice(id.indexOf(".") + 1);

/** Return the keys that a choice of columns asks the server for; null leaves the metrics to the server. */
export function keysOf(chosen: readonly string[] | null): { readonly metrics: readonly string[] | null; readonly params: readonly string[] } {
  if (!chosen) return { metrics: null, params: [] };
  return { metrics: chosen.filter(isMetric).map(keyOf), params: chosen.filter(isParam).map(keyOf) };
}

/** Return the columns that are shown while nobody has chosen any. */
export function standardColumns(table: Pick<QueryVersionsResponse, "columns" | "has_stages">, rows: readonly VersionRow[]): string[] {
  const isReady = rows.every(({ version: { status } }) => status === "READY");
  return [
    "aliases",
    ...(table.has_stages ? ["stage"] : []),
    ...(isReady ? [] : ["status"]),
    ...table.columns.map(metricId),
    ...AFTER.map(({ id }) => id).filter((id) => id !== "updated"),
  ];
}

/** Return what the grid is made of: the number of the version, then the shown columns in their constant order. */
export function makeColumns(shown: readonly string[], mayEdit = true): Column[] {
  const isShown = ({ id }: Column) => shown.includes(id);
  const settle = (column: Column) => narrow(column.id === "aliases" && !mayEdit ? { ...column, cell: aliasesCell } : column);
  return [NUMBER, ...BEFORE.filter(isShown).map(settle), ...shown.filter((id) => isMetric(id) || isParam(id)).map(keyColumn), ...AFTER.filter(isShown)];
}

/** Leave room for metrics beside it on a small screen. */
const narrow = (column: Column): Column => (innerWidth < 768 ? { ...column, width: Math.min(column.width, 120) } : column);

function keyColumn(id: string): Column {
  const key = keyOf(id);
  const width = Math.min(180, Math.max(84, 30 + 8 * key.length));
  if (isParam(id)) return { id, title: key, width, sort: [id, "ASC"], cell: textCell(({ params = {} }) => params[key] ?? "") };
  return {
    id,
    title: key,
    width,
    isNumeric: true,
    sort: [id, "DESC"],
    cell: textCell(({ metrics = {} }) => (key in metrics ? [writeMetric(metrics[key]), String(metrics[key])] : "")),
  };
}

export interface ColumnGroup {
  readonly title: string;
  readonly items: readonly { readonly id: string; readonly name: string; readonly note: string }[];
}

/** Return the columns that can be chosen and have `search` in their name. */
export function listChoices(metrics: readonly KeyCount[], params: readonly KeyCount[], search: string): ColumnGroup[] {
  const needle = search.trim().toLowerCase();
  const ofKeys = (kind: string, keys: readonly KeyCount[]) => keys.map(({ name, versions }) => ({ id: `${kind}.${name}`, name, note: formatCount(versions) }));
  const groups = [
    { title: "Facts", items: [...BEFORE, ...AFTER].map(({ id, title }) => ({ id, name: title, note: "" })) },
    { title: "Metrics", items: ofKeys("metrics", metrics) },
    { title: "Params", items: ofKeys("params", params) },
  ];
  return groups.map(({ title, items }) => ({ title, items: items.filter(({ name }) => name.toLowerCase().includes(needle)) })).filter(({ items }) => items.length > 0);
}
