import { expect, it } from "vitest";
import type { Relative } from "../api/schema";
import { growTree, type Branch } from "./family-tree";

const relative = (id: string, parent = ""): Relative => ({ run_id: id, run_name: id, status: "FINISHED", start_time: 1, parent_id: parent });
const write = ({ relative: { run_id: id }, children }: Branch): string => (children.length > 0 ? `${id}(${children.map(write).join(" ")})` : id);
const run = { runId: "run", name: "run", status: "FINISHED", startTime: 1, endTime: 2, isArchived: false };

it("stands between its ancestors and all its descendants", () => {
  const family = {
    ancestors: [relative("parent", "eldest"), relative("eldest")],
    descendants: [relative("a", "run"), relative("b", "run"), relative("a1", "a")],
  };
  expect(write(growTree(run, family))).toBe("eldest(parent(run(a(a1) b)))");
  expect(write(growTree(run, { ancestors: [], descendants: [] }))).toBe("run");
});
