import { describe, expect, it } from "vitest";
import { readState, type Model } from "./state";
import { colorOf, inScheme } from "./theme";

function modelOf(traits: Readonly<Record<string, unknown>>): Model {
  return { get: (name) => traits[name], on: () => undefined, off: () => undefined };
}

function encode(series: readonly object[], numbers: readonly number[]): DataView {
  const text = JSON.stringify({ series });
  const header = new TextEncoder().encode(text.padEnd(Math.ceil((4 + text.length) / 8) * 8 - 4));
  const buffer = new ArrayBuffer(1 + 4 + header.length + 8 * numbers.length);
  const view = new DataView(buffer, 1); // as it comes: anywhere in a message
  view.setUint32(0, header.length, true);
  new Uint8Array(buffer, 5).set(header);
  numbers.forEach((number, index) => view.setFloat64(4 + header.length + 8 * index, number, true));
  return view;
}

describe("the state that the kernel sends", () => {
  it("is empty while nothing has come", () => {
    const state = readState(modelOf({}));

    expect(state).toMatchObject({ runs: [], keys: [], more: 0, x: "step", smooth: 0, logY: false, problem: "" });
    expect(state.series.size).toBe(0);
  });

  it("holds series by key and run, wherever in a message the bytes lie", () => {
    const head = { run_id: "a", key: "loss", count: 2, points: 2, raw: true };

    const state = readState(modelOf({ points: encode([head], [0, 1, 0.5, 0.25]) }));

    expect([...(state.series.get("loss")?.get("a")?.last ?? [])]).toEqual([0.5, 0.25]);
  });

  it("gives each run a colour of its own", () => {
    const runs = [{ run_id: "a", name: "one" }, { run_id: "b", name: "two" }];

    const state = readState(modelOf({ about: { runs, keys: ["loss"], x: "relative", log_y: true, height: 300 } }));

    expect(state.runs.map(({ runId, color }) => [runId, color])).toEqual([["a", "var(--c1)"], ["b", "var(--c2)"]]);
    expect(state).toMatchObject({ keys: ["loss"], x: "relative", logY: true, height: 300 });
  });
});

describe("colours", () => {
  it.each([
    ["light-dark(#fff, #000)", false, "#fff"],
    ["light-dark(#fff, #000)", true, "#000"],
    ["red", true, "red"],
  ])("%s in a dark notebook (%s) is right", (color, dark, meant) => {
    expect(inScheme(color, dark)).toBe(meant);
  });

  it("are those of the pages", () => {
    expect([colorOf("var(--c1)", false), colorOf("var(--c1)", true)]).toEqual(["#5264a5", "#a0b5f7"]);
  });
});
