import { expect, it } from "vitest";
import { groupByDataset, lastMetrics } from "./logged-model";

const POINTS = [
  { key: "acc", value: 0.5, timestamp: 1, step: 0, dataset_name: "val", dataset_digest: "0123456789" },
  { key: "acc", value: 0.9, timestamp: 3, step: 2, dataset_name: "val", dataset_digest: "0123456789" },
  { key: "acc", value: 0.7, timestamp: 2, step: 1, dataset_name: "val", dataset_digest: "0123456789" },
  { key: "loss", value: "NaN", timestamp: 1, step: 0 },
] as const;

it("takes of each metric on each dataset the last point", () => {
  expect(lastMetrics(POINTS)).toEqual([
    { key: "loss", dataset: "", digest: "", value: Number.NaN, step: 0, count: 1 },
    { key: "acc", dataset: "val", digest: "0123456789", value: 0.9, step: 2, count: 3 },
  ]);
});

it("puts them under their datasets", () => {
  expect(groupByDataset(lastMetrics(POINTS)).map(([name, metrics]) => [name, metrics.length])).toEqual([["", 1], ["val (01234567)", 1]]);
});
