import { expect, test } from "vitest";
import { tellApart } from "./names";

test("runs of the same name are told apart by their experiments, or else by their ids", () => {
  expect(tellApart(["a", "b", "a"], ["churn", "churn", "fraud"], ["1", "2", "3"])).toEqual(["a (churn)", "b", "a (fraud)"]);
  expect(tellApart(["a", "a"], ["churn", "churn"], ["01234567", "89abcdef"])).toEqual(["a (012345)", "a (89abcd)"]);
});
