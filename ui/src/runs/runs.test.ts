import { describe, expect, it } from "vitest";
import type { KeySummary, QueryRunsResponse } from "../api/schema";
import { parquetReadObjects } from "hyparquet";
import { chooseColumns, describeColumn, moveBeside, moveBy, findConstants, isLess, isLessBetter, withStatistic } from "./columns";
import { toCsv, toMarkdown, toParquet, toPython } from "./export";
import { readLooks, writeLooks, writeNumber } from "./looks";
import { arrangeRows, RunTable } from "./table";
import { readRunsView, toggleSort, writeRunsView } from "./view-state";

const ANSWER: QueryRunsResponse = {
  total: 4,
  matched: 4,
  running: 0,
  run_ids: ["a", "b", "c", "d"],
  run_names: ["one", "two, too", "three", ""],
  parents: ["", "a", "a", "gone"],
  columns: [
    { name: "metrics.val_loss", numbers: [0.5, 0.25, null, "NaN"] },
    { name: "params.model", values: ["xgb", '=1+"2"'], index: [0, 1, -1, 0] },
  ],
};

const key = (kind: KeySummary["kind"], name: string, distinct: number, values: string[] = []): KeySummary => ({ kind, name, runs: 9, distinct, values });

describe("the view in the address", () => {
  it("comes back as it was", () => {
    const text = "q=metrics.a > 1&cols=metrics.a\\,b,params.x&sort=metrics.a\\,b desc,attributes.start_time&layout=split&sel=r2,r1&state=archived&smooth=0.5&group=params.a,parent&color=group&pin=metrics.b&look=metrics.b heat percent&peek=r1&view=v1";
    const view = readRunsView(new URLSearchParams(text));

    expect(view.columns).toEqual(["metrics.a,b", "params.x"]);
    expect(view.sort).toEqual([{ column: "metrics.a,b", isDescending: true }, { column: "attributes.start_time", isDescending: false }]);
    expect(readRunsView(writeRunsView(new URLSearchParams("smooth=0.5"), view))).toEqual(view);
    expect(writeRunsView(new URLSearchParams("smooth=0.5"), view).get("smooth")).toBe("0.5");
  });
  it("is empty at its defaults", () => {
    expect([...writeRunsView(new URLSearchParams(), readRunsView(new URLSearchParams()))]).toEqual([]);
  });
});

describe("sorting", () => {
  it("starts, turns round and ends", () => {
    const first = toggleSort([], "metrics.a", true, false);
    const second = toggleSort(first, "metrics.a", true, false);
    expect([first, second, toggleSort(second, "metrics.a", true, false)]).toEqual([
      [{ column: "metrics.a", isDescending: true }],
      [{ column: "metrics.a", isDescending: false }],
      [],
    ]);
  });
  it("by several columns keeps their order", () => {
    const both = toggleSort([{ column: "a", isDescending: true }], "b", false, true);
    expect(toggleSort(both, "a", true, true)).toEqual([{ column: "a", isDescending: false }, { column: "b", isDescending: false }]);
  });
});

describe("columns", () => {
  const keys = [key("metric", "auc", 9), key("metric", "system/cpu", 9), key("param", "lr", 5), key("param", "seed", 1, ["7"]), key("tag", "team", 2)];

  it("are chosen: times, metrics, and parameters that vary", () => {
    expect(chooseColumns(keys)).toEqual(["attributes.status", "attributes.start_time", "metrics.auc", "params.lr", "attributes.duration"]);
  });
  it("that are constant are said once", () => {
    expect(findConstants(keys, 9)).toEqual(["seed = 7"]);
  });
  it("are described by their id", () => {
    expect(describeColumn("metrics.val/auc")).toMatchObject({ kind: "metrics", title: "val/auc", isNumeric: true });
    expect(describeColumn("attributes.start_time").title).toBe("Created");
  });
  it("know when less is better", () => {
    expect(["val_loss", "metrics.rmse", "auc", "glossary", "train/error"].map(isLessBetter)).toEqual([true, true, false, false, true]);
  });
});

describe("the order of columns", () => {
  const order = { columns: ["a", "b", "c", "d"], pinned: ["a", "b"] };

  it("is changed by putting one beside another, which pins or unpins it as that one is", () => {
    expect(moveBeside(order, "d", "b", true)).toEqual({ columns: ["a", "b", "d", "c"], pinned: ["a", "b", "d"] });
    expect(moveBeside(order, "a", "c", false)).toEqual({ columns: ["b", "a", "c", "d"], pinned: ["b"] });
  });
  it("is changed place by place among those that are pinned, or not", () => {
    expect(moveBy(order, "a", 1)).toEqual({ columns: ["b", "a", "c", "d"], pinned: ["b", "a"] });
    expect(moveBy(order, "c", -1)).toEqual(order);
    expect(moveBy(order, "d", -1)).toEqual({ columns: ["a", "b", "d", "c"], pinned: ["a", "b"] });
  });
});

describe("statistics and looks", () => {
  it("of a metric are columns of their own", () => {
    expect(withStatistic("metrics.auc", "min")).toBe("min:metrics.auc");
    expect(withStatistic("min:metrics.auc", "last")).toBe("metrics.auc");
    expect(describeColumn("min:metrics.auc")).toMatchObject({ kind: "metrics", title: "min auc", statistic: "min", isSortable: true });
  });
  it("are read as they were written, also with spaces in a key", () => {
    const items = ["metrics.a b heat", "metrics.c plain full", "metrics.d percent"];
    expect(writeLooks(readLooks(items))).toEqual(items);
    expect([...readLooks(["metrics.x", ""])]).toEqual([]);
    expect(writeNumber(0.98765, "percent")).toBe("98.77 %");
    expect(writeNumber(Number.NaN, "power")).toBe("NaN");
  });
  it("put the main metric first, and its direction before the guess", () => {
    const keys = [key("metric", "a", 9), key("metric", "loss", 9)];
    expect(chooseColumns(keys, "loss").slice(2, -1)).toEqual(["metrics.loss", "metrics.a"]);
    expect(isLess("metrics.loss", { key: "loss", isLess: false })).toBe(false);
    expect(isLess("min:metrics.loss", null)).toBe(true);
  });
});

describe("the table", () => {
  const table = new RunTable(ANSWER);

  it("tells absent from NaN, and names what is best", () => {
    expect([table.number("metrics.val_loss", 0), table.number("metrics.val_loss", 2), table.number("metrics.val_loss", 3)]).toEqual([0.5, null, Number.NaN]);
    expect(table.range("metrics.val_loss")).toEqual({ min: 0.25, max: 0.5, best: 0.25 });
    expect(table.text("params.model", 2)).toBeNull();
    expect(table.name(3)).toBe("d");
  });
  it("shows children below their parent, and orphans at the top", () => {
    const rows = (expanded: string[]) => arrangeRows(table, true, new Set(expanded)).map(({ run, level }) => [run, level]);
    expect(rows([])).toEqual([[0, 1], [3, 1]]);
    expect(rows(["a"])).toEqual([[0, 1], [1, 2], [2, 2], [3, 1]]);
    expect(arrangeRows(table, false, new Set()).length).toBe(4);
  });
  it("shows ancestors that do not match above what matches", () => {
    const found = { ...ANSWER, run_ids: ["b", "a"], run_names: ["two", "one"], parents: ["a", ""], columns: [], ancestors: 1 };
    const joined = new RunTable(found);
    expect(arrangeRows(joined, true, new Set())).toEqual([
      { run: 1, group: -1, level: 1, isExpanded: true },
      { run: 0, group: -1, level: 2, isExpanded: null },
    ]);
    expect(joined.count).toBe(1);
    expect(arrangeRows(joined, false, new Set()).length).toBe(1);
  });
  it("is written as Markdown, and as Python that reads the same", () => {
    expect(toMarkdown({ table, runs: [1], columns: ["metrics.val_loss"] })).toBe("| Run | val_loss |\n| --- | --: |\n| two, too | 0.25 |\n");
    const code = toPython({ server: "http://h", experimentIds: ["1"], filter: "metrics.a > 1", order: ["metrics.a DESC"], isArchive: false });
    expect(code).toContain('filter_string="metrics.a > 1"');
    expect(code).toContain('order_by=["metrics.a DESC"]');
  });
  it("is written as Parquet", async () => {
    const bytes = await toParquet({ table, runs: [0, 1, 2], columns: ["metrics.val_loss", "params.model"] });
    const rows = await parquetReadObjects({ file: bytes });
    expect(rows[0]).toEqual({ run_id: "a", run_name: "one", "metrics.val_loss": 0.5, "params.model": "xgb" });
    expect(rows[2]).toMatchObject({ "metrics.val_loss": null, "params.model": null });
  });
  it("exports what spreadsheets read as text, not as formulas", () => {
    expect(toCsv({ table, runs: [0, 1, 2, 3], columns: ["metrics.val_loss", "params.model"] }).split("\r\n")).toEqual([
      "run_id,run_name,metrics.val_loss,params.model",
      "a,one,0.5,xgb",
      `b,"two, too",0.25,"'=1+""2"""`,
      "c,three,,",
      "d,d,NaN,xgb",
      "",
    ]);
  });
});
