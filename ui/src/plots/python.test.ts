import { expect, it } from "vitest";
import { writeLinePython, writePython } from "./python";
import { EMPTY_SPEC } from "./spec";

it("names the server and the runs, and quotes what could break out", () => {
  const code = writePython({ ...EMPTY_SPEC, kind: "scatter", x: "params.l\"r", y: "metrics.loss", log: ["params.l\"r"] }, ["a1"], "http://h:5000");
  expect(code).toContain('hw.set_tracking_uri("http://h:5000")');
  expect(code).toContain('"a1",');
  expect(code).toContain('plt.scatter(values("params.l\\"r"), values("metrics.loss"))');
  expect(code).toContain('plt.xscale("log")');
});

it("draws lines over steps, times or a metric", () => {
  const line = { key: "loss", x: "metric", xKey: "epoch", logX: false, logY: true, smooth: 0.5 } as const;
  const code = writeLinePython(line, [{ runId: "a1", name: "one" }], "http://h:5000");
  expect(code).toContain('axis = read(run_id, "epoch")["value"]');
  expect(code).toContain(".ewm(alpha=0.5)");
  expect(code).toContain('plt.yscale("log")');
});
