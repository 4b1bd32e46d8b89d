import { describe, expect, it } from "vitest";
import { findPages, mergePlaces, placesOf, type Place } from "./found";

describe("findPages", () => {
  it("finds pages by every word", () => {
    expect(findPages("TRASH stor").map(({ page }) => page)).toEqual(["/settings/storage"]);
  });
  it("finds none without a text", () => {
    expect(findPages("  ")).toEqual([]);
  });
});

describe("placesOf", () => {
  it("leads to experiments, models, versions by alias, and runs", () => {
    const found = {
      experiments: [{ experiment_id: "3", name: "churn" }],
      runs: [
        { run_id: "r1", run_name: "owl", status: "RUNNING" as const, start_time: 0, experiment_id: "3", experiment_name: "churn" },
      ],
      models: [{ name: "a b", last_version: 2, aliases: [{ alias: "champion", version: "1" }] }],
    };

    const places = placesOf(found, 60_000);

    expect(places.map(({ text, page }) => [text, page])).toEqual([
      ["churn", "/experiments/3/runs"],
      ["a b", "/models/a%20b"],
      ["a b@champion", "/models/a%20b/versions/1"],
      ["owl", "/runs/r1"],
    ]);
    expect(places[3]?.note).toBe("churn · running 1 min ago");
  });
});

describe("mergePlaces", () => {
  it("puts what was visited lately first, and each place once", () => {
    const place = (text: string): Place => ({ kind: "run", text, note: "", page: `/runs/${text}` });

    const merged = mergePlaces("owl", [place("fox"), place("owl-2")], [place("owl-1"), place("owl-2")]);

    expect(merged.map(({ text }) => text)).toEqual(["owl-2", "owl-1"]);
  });
});
