import { expect, test } from "vitest";
import { drawSteps, findColumns, readSteps } from "./workflow";
import { findWhole } from "./whole-link";

const steps = readSteps({
  steps: [
    { name: "evaluate", state: "waiting", run_id: "", reason: "", seconds: 0, needs: ["train", "clean"] },
    { name: "clean", state: "reused", run_id: "r1", reason: "", seconds: 0, needs: [] },
    { name: "train", state: "finished", run_id: "r2", reason: "", seconds: 3.5, needs: ["clean"] },
  ],
});

test("a step stands to the right of everything it needs", () => {
  expect([...findColumns(steps)].sort()).toEqual([["clean", 0], ["evaluate", 2], ["train", 1]]);
  const drawing = drawSteps(steps);
  expect(drawing.steps.map(({ step }) => step.name)).toEqual(["clean", "train", "evaluate"]);
  expect(drawing.edges).toHaveLength(3);
});

test("a circle or a step that is not there breaks nothing", () => {
  const odd = readSteps({ steps: [{ name: "a", needs: ["b"] }, { name: "b", needs: ["a", "gone"] }] });
  expect(drawSteps(odd).steps).toHaveLength(2);
  expect(drawSteps([]).width).toBe(0);
});

test("a run leads to the whole that it is or is a part of", () => {
  expect(findWhole(new Map([["headwater.sweep", "1"]]), "me", undefined)?.page).toBe("/sweeps/me");
  expect(findWhole(new Map([["headwater.sweep.trial", "3"]]), "me", "up")).toEqual({ label: "Trial", text: "3 of a sweep", page: "/sweeps/up" });
  expect(findWhole(new Map([["headwater.workflow.step", "train"]]), "me", "up")?.page).toBe("/workflows/up");
  expect(findWhole(new Map(), "me", "up")).toBeNull();
});
