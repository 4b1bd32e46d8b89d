import { describe, expect, it } from "vitest";
import { describeScope, writeScope } from "./scope";

const choice = { level: "READ", experiments: ["1"], models: ["scorer"] } as const;

describe("writeScope", () => {
  it("names things only where these alone are meant", () => {
    expect(writeScope({ ...choice, reach: "all" })).toEqual({ level: "READ" });
    expect(writeScope({ ...choice, reach: "models" })).toEqual({ level: "READ", registered_models: ["*"] });
    expect(writeScope({ ...choice, reach: "these" })).toEqual({ level: "READ", experiments: ["1"], registered_models: ["scorer"] });
  });
});

describe("describeScope", () => {
  it("says what a token may, and with what", () => {
    const names = new Map([["1", "churn"]]);

    expect(describeScope({}, names)).toBe("everything");
    expect(describeScope({ level: "READ" }, names)).toBe("read");
    expect(describeScope({ level: "EDIT", experiments: ["1"], registered_models: ["scorer"] }, names)).toBe("read and write: churn, scorer");
    expect(describeScope({ experiments: ["*"], registered_models: [] }, names)).toBe("everything: all experiments");
    expect(describeScope({ level: "READ", experiments: [], registered_models: [] }, names)).toBe("read: nothing that is left");
  });
});
