import { expect, test } from "vitest";
import type { PromotionRequest } from "../api/schema";
import { describeDecision, isOpen, isOwn, wantedOf } from "./requests";

const request: PromotionRequest = { request_id: 7, name: "churn", version: "3", alias: "champion", status: "OPEN", time: 0, user_id: "ada" };

test("a request says what is asked for, and how it ended", () => {
  expect(wantedOf(request)).toBe("@champion");
  expect(wantedOf({ stage: "Production" })).toBe("stage Production");
  expect(isOpen(request)).toBe(true);
  expect(describeDecision({ ...request, status: "REJECTED", decided_by: "eve", decision_reason: "bias" })).toBe("rejected by eve: bias");
  expect(describeDecision({ ...request, status: "WITHDRAWN" })).toBe("withdrawn by somebody");
});

test("who asked may take it back, also if nobody gave a name", () => {
  expect(isOwn(request, "ada")).toBe(true);
  expect(isOwn(request, "eve")).toBe(false);
  expect(isOwn({ ...request, user_id: "" }, "")).toBe(true);
});
