import { expect, it } from "vitest";
import type { QueryGroupsResponse, QueryRunsResponse } from "../api/schema";
import { HUE_CODES } from "../lib/run-colors";
import tokens from "../styles/tokens.css?raw";
import { colorRuns, legendOf, OWN_COLOR } from "./coloring";
import { arrangeGroups, groupId, type Grouping, groupRuns, nameGroup } from "./grouping";
import { RunTable } from "./table";
import { UndoStack } from "./undo";

const RUNS: QueryRunsResponse = {
  total: 4,
  matched: 4,
  running: 0,
  run_ids: ["a", "b", "c", "d"],
  run_names: ["a", "b", "c", "d"],
  parents: ["", "a", "a", ""],
  columns: [
    { name: "params.model", values: ["xgb", "lgbm"], index: [0, 1, 0, -1] },
    { name: "metrics.auc", numbers: [0.5, 0.9, 0.7, null] },
  ],
};
const group = (values: (string | null)[], runs: number) => ({ values, runs, running: 0, best: 0.5, best_run_id: "a", best_run_name: "a" });
const GROUPS: QueryGroupsResponse = {
  total: 3,
  matched: 4,
  groups: [group(["xgb"], 2), group(["lgbm"], 1), group([null], 1)],
  columns: [{ name: "metrics.auc", count: [2, 1, 0], mean: [0.6, 0.9, null], min: [0.5, 0.9, null], max: [0.7, 0.9, null], std: [0.14, null, null] }],
};
const table = new RunTable(RUNS);
const grouping = groupRuns(table, ["params.model"], GROUPS);

it("runs are in the groups of their values", () => {
  expect(grouping.ofRun).toEqual([0, 1, 0, 2]);
  expect(groupRuns(table, ["parent"], { ...GROUPS, groups: [group(["a"], 2), group([null], 2)] }).ofRun).toEqual([1, 0, 0, 1]);
});

it("groups show their runs when they are expanded", () => {
  const rows = arrangeGroups(grouping, [], new Set([groupId(grouping, 0)]));
  expect(rows.map(({ run, group: at, level }) => [run, at, level])).toEqual([[-1, 0, 1], [0, 0, 2], [2, 0, 2], [-1, 1, 1], [-1, 2, 1]]);
});

it("groups are sorted by the mean of a column or by their value, those without at the end", () => {
  const order = (column: string, isDescending: boolean) => arrangeGroups(grouping, [{ column, isDescending }], new Set()).map((row) => row.group);
  expect(order("metrics.auc", true)).toEqual([1, 0, 2]);
  expect(order("params.model", false)).toEqual([1, 0, 2]);
});

it("groups are called by what they share", () => {
  expect([0, 2].map((at) => nameGroup(grouping, at, (_, value) => value))).toEqual(["model = xgb", "model = none"]);
});

it("colours are those of selection, group, value or share, in charts as in the table", () => {
  const selected = new Map([["b", 0]]);
  const color = (by: string, group: Grouping | null = null) => {
    const { styles, colors } = colorRuns(table, by, group, selected);
    expect([...styles].map(([id, style]) => [id, style.color])).toEqual([...colors]);
    return Object.fromEntries(colors);
  };
  expect(color("")).toEqual({ b: "var(--c1)" });
  expect(color("group", grouping)).toEqual({ a: "var(--c1)", b: "var(--c2)", c: "var(--c1)", d: "var(--c3)" });
  expect(color("params.model")).toEqual({ a: "var(--c1)", b: "var(--c2)", c: "var(--c1)" });
  const { d, ...gradient } = color("metrics.auc");
  expect(d).toBe("var(--ink-3)");
  expect(new Set(Object.values(gradient)).size).toBeGreaterThan(1);
});

it("the colour that somebody gave to a run wins, selected or not; what is no colour does not", () => {
  const index = [0, 1, 2, -1];
  const painted = new RunTable({ ...RUNS, columns: [...RUNS.columns, { name: OWN_COLOR, values: ["#B12665", "#123456", "red"], index }] });
  const { colors, styles } = colorRuns(painted, "", null, new Map([["b", 0], ["c", 1]]));
  expect(Object.fromEntries(colors)).toEqual({ a: "var(--c3)", b: "#123456", c: "var(--c2)" });
  expect(styles.get("a")).toEqual({ color: "var(--c3)", dash: [] });
});

it("the hues that tags name are those of the pages on light ground", () => {
  const hues = [...tokens.matchAll(/--c\d:light-dark\((#\w+),/g)].map(([, hue]) => hue);
  expect(hues).toEqual([...HUE_CODES]);
});

it("a legend says what the colours mean", () => {
  expect(legendOf(table, "", null)).toBeNull();
  expect(legendOf(table, "group", grouping)).toMatchObject({ title: "model", values: [["xgb", {}], ["lgbm", {}], ["none", {}]], more: 0 });
  expect(legendOf(table, "params.model", null)).toMatchObject({ title: "model", more: 0 });
  expect(legendOf(table, "metrics.auc", null)).toMatchObject({ kind: "scale", title: "auc" });
});

it("steps are undone and made again, until another is made", () => {
  const log: string[] = [];
  const stack = new UndoStack();
  const step = (name: string) => ({ undo: () => log.push(`-${name}`), redo: () => log.push(`+${name}`) });
  stack.push(step("a"));
  stack.push(step("b"));

  stack.undo();
  stack.redo();
  stack.undo();
  stack.push(step("c"));

  expect(stack.redo()).toBe(false);
  expect([stack.undo(), stack.undo(), stack.undo()]).toEqual([true, true, false]);
  expect(log).toEqual(["-b", "+b", "-b", "-c", "-a"]);
});
