/** The comparison as rows: one a thing that runs have, one value a run. */

import type { CompareRunsResponse } from "../api/schema";
import { formatValue } from "../charts/numbers";
import { formatDuration, formatMoment, formatNumber } from "../lib/format";
import { makeFrame, readNumber, type Frame } from "../plots/frame";
import { readRequirements } from "./requirements";

export interface Cell {
  /** As it is shown; null where a run has nothing. */
  readonly text: string | null;
  /** In full, for a hover and for comparing. */
  readonly full: string;
  readonly value: number;
}

export interface DiffRow {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly isSame: boolean;
  /** Whether differences are differences of numbers. */
  readonly isNumeric: boolean;
  /** Writes the size of a difference. */
  readonly write: (value: number) => string;
}

export interface DiffSection {
  readonly title: string;
  readonly rows: readonly DiffRow[];
  readonly differing: number;
}

const NOTHING: Cell = { text: null, full: "", value: Number.NaN };
const textCell = (text: string | null | undefined): Cell => (text == null ? NOTHING : { text, full: text, value: readNumber(text) });

const CODE_TAGS: Readonly<Record<string, string>> = {
  "mlflow.source.name": "source",
  "mlflow.source.type": "source type",
  "mlflow.source.git.commit": "commit",
  "mlflow.source.git.branch": "branch",
  "mlflow.source.git.repoURL": "repository",
  "mlflow.project.entryPoint": "entry point",
};
const NOTE_TAG = "mlflow.note.content";
const OWN_TAGS = /^(mlflow|headwater)\./;
const PATCH = "code/diff.patch";
const REQUIREMENTS = "code/requirements.txt";
/** How runs were started: what differs of it stands in other rows, as params, source and commit. */
const RECORDS: ReadonlySet<string> = new Set(["code/program.json", "code/project.json"]);
const MANY = 6;

function makeRow(name: string, cells: readonly Cell[], write: (value: number) => string = formatShort): DiffRow {
  const first = cells[0]?.full;
  const hasNothing = cells[0]?.text === null;
  const isSame = cells.every(({ text, full }) => full === first && (text === null) === hasNothing);
  const there = cells.filter(({ text }) => text !== null);
  return { name, cells, isSame, isNumeric: there.length > 0 && there.every(({ text, value }) => !Number.isNaN(value) || text === "NaN"), write };
}

function makeSection(title: string, rows: readonly DiffRow[]): DiffSection {
  return { title, rows, differing: rows.filter(({ isSame }) => !isSame).length };
}

const numberCell = (value: number, isThere: boolean, write: (value: number) => string): Cell =>
  isThere ? { text: write(value), full: String(value), value } : NOTHING;

function fieldRow(frame: Frame, id: string, name: string, write?: (value: number) => string): DiffRow {
  const field = frame.field(id);
  if (field.kind === "text" || id.startsWith("params.") || id.startsWith("tags.")) return makeRow(name, field.texts.map(textCell));
  return makeRow(
    name,
    frame.runIds.map((_, row) => numberCell(field.numbers[row] ?? Number.NaN, field.texts[row] != null, write ?? formatNumber)),
    id === "attributes.start_time" ? formatDuration : write,
  );
}

/** Make the rows of a comparison, in sections. */
export function makeSections(answer: CompareRunsResponse): DiffSection[] {
  const frame = makeFrame(answer.table);
  const names = answer.table.columns.map(({ name }) => name);
  const of = (prefix: string) => names.filter((name) => name.startsWith(prefix));
  const bare = (id: string) => id.slice(id.indexOf(".") + 1);
  const params = of("params.").map((id) => fieldRow(frame, id, bare(id)));
  const metrics = of("metrics.").map((id) => fieldRow(frame, id, bare(id)));
  const tags = of("tags.").filter((id) => !OWN_TAGS.test(bare(id))).map((id) => fieldRow(frame, id, bare(id)));
  return [
    makeSection("Metrics", metrics),
    makeSection("Parameters", params),
    makeSection("About", aboutRows(answer, frame, names)),
    makeSection("Datasets", datasetRows(answer)),
    makeSection("Tags", tags),
    makeSection("Code", codeRows(answer, frame, names)),
    makeSection("Environment", packageRows(answer)),
  ].filter(({ rows }) => rows.length > 0);
}

function aboutRows({ experiments }: CompareRunsResponse, frame: Frame, names: readonly string[]): DiffRow[] {
  const titles = new Map(experiments.map(({ experiment_id: id, name }) => [id, name]));
  const owners = frame.field("attributes.experiment_id").texts;
  const rows = [
    makeRow("experiment", owners.map((id) => textCell(id === null ? null : (titles.get(id) ?? id)))),
    makeRow("status", frame.field("attributes.status").texts.map((status) => textCell(status?.toLowerCase()))),
    fieldRow(frame, "attributes.start_time", "created", formatMoment),
    fieldRow(frame, "attributes.duration", "duration", formatDuration),
    fieldRow(frame, "attributes.user_id", "user"),
  ];
  if (names.includes(`tags.${NOTE_TAG}`)) rows.push(fieldRow(frame, `tags.${NOTE_TAG}`, "description"));
  return rows;
}

function datasetRows({ table, datasets }: CompareRunsResponse): DiffRow[] {
  const rows = new Map<string, Map<string, string>>();
  for (const { run_id: runId, name, digest, context } of datasets) {
    const key = context ? `${name} (${context})` : name;
    const byRun = rows.get(key) ?? new Map<string, string>();
    byRun.set(runId, [byRun.get(runId), digest].filter(Boolean).join(", "));
    rows.set(key, byRun);
  }
  return [...rows].map(([name, byRun]) => makeRow(name, table.run_ids.map((id) => textCell(byRun.get(id)))));
}

function codeRows(answer: CompareRunsResponse, frame: Frame, names: readonly string[]): DiffRow[] {
  const rows = Object.entries(CODE_TAGS)
    .filter(([tag]) => names.includes(`tags.${tag}`))
    .map(([tag, name]) => fieldRow(frame, `tags.${tag}`, name));
  for (const path of new Set(answer.files.map((file) => file.path))) {
    if (path === REQUIREMENTS || RECORDS.has(path)) continue;
    const byRun = new Map(answer.files.filter((file) => file.path === path).map((file) => [file.run_id, file.digest]));
    rows.push(makeRow(path === PATCH ? "uncommitted changes" : path, answer.table.run_ids.map((id) => digestCell(byRun.get(id)))));
  }
  return rows;
}

const digestCell = (digest: string | undefined): Cell =>
  digest === undefined ? NOTHING : { text: `sha256 ${digest.slice(0, 8)}`, full: digest, value: Number.NaN };

function packageRows(answer: CompareRunsResponse): DiffRow[] {
  const texts = new Map(answer.texts.map(({ digest, text }) => [digest, text]));
  const locks = new Map(answer.files.filter(({ path }) => path === REQUIREMENTS).map(({ run_id: id, digest }) => [id, readRequirements(texts.get(digest) ?? "")]));
  const names = [...new Set([...locks.values()].flatMap((lock) => [...lock.keys()]))].sort();
  return names.map((name) => {
    const row = makeRow(name, answer.table.run_ids.map((id) => textCell(locks.get(id)?.get(name))));
    // Versions look like numbers at times, and are none.
    return { ...row, isNumeric: false };
  });
}

export interface Patch {
  readonly digest: string;
  readonly text: string | null;
  readonly runIds: readonly string[];
}

/** The uncommitted changes of the runs, each once, with the runs that have them. */
export function listPatches({ files, texts }: CompareRunsResponse): Patch[] {
  const known = new Map(texts.map(({ digest, text }) => [digest, text]));
  const owners = new Map<string, string[]>();
  for (const { run_id: runId, path, digest } of files) {
    if (path === PATCH) owners.set(digest, [...(owners.get(digest) ?? []), runId]);
  }
  return [...owners].map(([digest, runIds]) => ({ digest, text: known.get(digest) ?? null, runIds }));
}

export interface Delta {
  readonly text: string;
  readonly direction: "up" | "down";
}

/** Say how a number differs from that of the baseline: the difference, and its share where that says something. */
export function describeDelta(value: number, base: number, write: (value: number) => string = formatShort): Delta | null {
  if (!Number.isFinite(value) || !Number.isFinite(base) || value === base) return null;
  const delta = value - base;
  // A share of the time since 1970 says nothing.
  const isTime = base > 1e11;
  const share = base === 0 ? Number.NaN : delta / Math.abs(base);
  const sign = delta > 0 ? "+" : "−";
  const percent = Number.isFinite(share) && Math.abs(share) < 10 ? ` (${sign}${formatPercent(Math.abs(share))})` : "";
  return { text: `${sign}${write(Math.abs(delta))}${isTime ? "" : percent}`, direction: delta > 0 ? "up" : "down" };
}

const formatPercent = (share: number): string => `${share < 0.1 ? Number((share * 100).toPrecision(2)) : Math.round(share * 100)} %`;

/** What two numbers differ by has fewer digits that mean something than they have. */
const formatShort = (value: number): string => formatValue(Number(value.toPrecision(3)));

/** What a row says of very many runs, in a few words. */
export function summarize({ cells, isNumeric }: Pick<DiffRow, "cells" | "isNumeric">): string {
  const there = cells.filter(({ text }) => text !== null);
  if (isNumeric) {
    const values = there.map(({ value }) => value).filter(Number.isFinite);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    if (values.length > 0) return low === high ? formatNumber(low) : `${formatNumber(low)} – ${formatNumber(high)}`;
  }
  const distinct = new Set(there.map(({ full }) => full));
  return distinct.size > 1 || there.length > MANY ? `${distinct.size} values` : "";
}
