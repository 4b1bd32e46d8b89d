import { describe, expect, it } from "vitest";
import type { Me } from "../api/schema";
import { levelOf, refusalOf, refusalOfView, type Thing } from "./rights";

const CHURN: Thing = { kind: "experiment", resource: "7" };
const MODEL: Thing = { kind: "registered_model", resource: "churn" };

const ada = (more: Partial<Me> = {}): Me => ({ authentication: true, user: { username: "ada" }, default: "READ", ...more });

describe("what somebody may do", () => {
  it("is everything without authentication, for administrators, and before anything is known", () => {
    expect(levelOf({ authentication: false }, CHURN)).toBe("MANAGE");
    expect(levelOf(ada({ user: { username: "ada", is_admin: true } }), CHURN)).toBe("MANAGE");
    expect(levelOf(null, CHURN)).toBe("MANAGE");
  });

  it("is the default without a grant", () => {
    expect(levelOf(ada(), CHURN)).toBe("READ");
    expect(levelOf(ada({ grants: [{ kind: "experiment", resource: "8", level: "MANAGE", username: "ada" }] }), CHURN)).toBe("READ");
    expect(levelOf(ada({ grants: [{ kind: "registered_model", resource: "7", level: "MANAGE", username: "ada" }] }), CHURN)).toBe("READ");
  });

  it("is the own grant before those of roles, and the highest of roles", () => {
    const roles = [
      { kind: "experiment", resource: "7", level: "READ", role: "readers" },
      { kind: "experiment", resource: "7", level: "EDIT", role: "team" },
    ] as const;

    expect(levelOf(ada({ grants: roles }), CHURN)).toBe("EDIT");
    expect(levelOf(ada({ grants: [...roles, { kind: "experiment", resource: "7", level: "NO_PERMISSIONS", username: "ada" }] }), CHURN)).toBe("NO_PERMISSIONS");
  });

  it("is what is granted on the thing before what is granted on all", () => {
    const all = { kind: "registered_model", resource: "*", level: "MANAGE", username: "ada" } as const;

    expect(levelOf(ada({ grants: [all] }), MODEL)).toBe("MANAGE");
    expect(levelOf(ada({ grants: [all, { kind: "registered_model", resource: "churn", level: "READ", role: "team" }] }), MODEL)).toBe("READ");
  });
});

describe("why somebody may not", () => {
  it("says what they may do instead, and whom to ask", () => {
    expect(refusalOf(ada(), [CHURN], "READ")).toBe("");
    expect(refusalOf(ada(), [CHURN], "EDIT")).toBe("You may read this experiment, not edit it. Ask an administrator, or somebody who manages it, to grant you more.");
  });

  it("holds for the first of several things that is out of reach", () => {
    const grants = [{ kind: "experiment", resource: "7", level: "EDIT", username: "ada" }] as const;

    expect(refusalOf(ada({ grants }), [CHURN, MODEL], "EDIT")).toContain("this model");
    expect(refusalOf(ada({ grants }), [CHURN], "EDIT")).toBe("");
  });
});

describe("a view or report", () => {
  const across = { experiment_id: "", owner: "bob" };

  it("of no experiment is changed by its owner and administrators", () => {
    expect(refusalOfView(ada(), across)).toContain("belongs to bob");
    expect(refusalOfView(ada(), { ...across, owner: "ada" })).toBe("");
    expect(refusalOfView(ada({ user: { username: "ada", is_admin: true } }), across)).toBe("");
    expect(refusalOfView({ authentication: false }, across)).toBe("");
  });

  it("of an experiment is changed by who may edit that", () => {
    expect(refusalOfView(ada(), { ...across, experiment_id: "7" })).toContain("You may read this experiment");
    expect(refusalOfView(ada({ default: "EDIT" }), { ...across, experiment_id: "7" })).toBe("");
  });
});
