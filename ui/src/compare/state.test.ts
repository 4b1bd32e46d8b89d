import { expect, it } from "vitest";
import { type CompareState, readState, writeState } from "./state";

it("comes back from the address as it was written there", () => {
  const states: CompareState[] = [
    { runs: ["a", "b"], set: "", tab: "diff", showsAll: false, find: "", file: "" },
    { runs: [], set: "s1", tab: "files", showsAll: true, find: "l r", file: "a,b/c.png" },
  ];
  for (const state of states) expect(readState(new URLSearchParams(writeState(new URLSearchParams(), state).toString()))).toEqual(state);
});

it("leaves defaults out, and names a run once", () => {
  const state = readState(new URLSearchParams("runs=a,b,a&tab=nothing"));
  expect(writeState(new URLSearchParams("x=time"), state).toString()).toBe("x=time&runs=a%2Cb");
});
