import { expect, it } from "vitest";
import { groupCourses, groupSystem, listLabels, splitKey } from "./courses";

it("splits a key into name and context", () => {
  expect(splitKey('loss{rank="3",split="val"}')).toEqual({ name: "loss", context: [["rank", "3"], ["split", "val"]] });
  expect(splitKey("loss")).toEqual({ name: "loss", context: [] });
  expect(splitKey("odd{")).toEqual({ name: "odd{", context: [] });
});

it("puts contexts under the metric's name, numbers as people count", () => {
  const courses = groupCourses(["acc", "loss", 'loss{rank="10"}', 'loss{rank="9"}']);
  expect(courses).toEqual([
    { name: "acc", variants: [{ key: "acc", label: "" }] },
    {
      name: "loss",
      variants: [
        { key: "loss", label: "" },
        { key: 'loss{rank="9"}', label: "rank=9" },
        { key: 'loss{rank="10"}', label: "rank=10" },
      ],
    },
  ]);
  expect(listLabels(courses)).toEqual(["", "rank=9", "rank=10"]);
});

it("puts system metrics under what they measure, with a line for each machine", () => {
  const courses = groupSystem([
    "system/cpu_utilization_percentage",
    "system/node-1/gpu_0_memory_usage_megabytes",
    "system/node-2/gpu_0_memory_usage_megabytes",
    'system/network_receive_megabytes{rank="1"}',
    "system/fan",
  ]);
  expect(courses.map(({ name, variants }) => [name, variants.map(({ label }) => label)])).toEqual([
    ["CPU/utilization %", [""]],
    ["GPU 0/memory usage MB", ["node-1", "node-2"]],
    ["Network/receive MB", ["rank=1"]],
    ["Other/fan", [""]],
  ]);
});
