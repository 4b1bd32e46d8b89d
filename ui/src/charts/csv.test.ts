import { expect, it } from "vitest";
import { linesToCsv } from "./csv";
import { prepareLines } from "./lines";

it("writes one row per point and quotes what needs it", () => {
  const last = Float64Array.of(0.5, Number.NaN);
  const series = { runId: "a", key: "k", count: 2, raw: true, x: Float64Array.of(1, 2), low: last, high: last, last };
  const run = { runId: "a", name: 'one, "two"', color: "red", dash: [] };
  const lines = prepareLines([run], new Map([["a", series]]), { x: "step", smooth: 0.5 });
  expect(linesToCsv("k", lines, "step")).toBe(
    'run_id,run_name,metric,step,value,min,max\na,"one, ""two""",k,1,0.5,0.5,0.5\na,"one, ""two""",k,2,NaN,NaN,NaN\n',
  );
});
