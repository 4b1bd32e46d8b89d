import { expect, it } from "vitest";
import { readRun } from "./model";
import { listTabs } from "./tabs";

const NO_MODELS = { logged: [], versions: [], sources: [], hasMore: false, isKnown: true, error: null };
const FINISHED = readRun({ info: { run_id: "r", status: "FINISHED", end_time: 2 } });
const overview = { tab: "overview", path: "" } as const;

it("shows tabs with content only", () => {
  const facts = { run: FINISHED, place: overview, top: [], models: NO_MODELS, system: 0 };
  expect(listTabs(facts).map(({ label }) => label)).toEqual(["Overview", "Metrics", "Artifacts", "Lineage"]);
  const top = [{ path: "logs", isFolder: true }, { path: "code", isFolder: true }];
  expect(listTabs({ ...facts, top, system: 3 }).map(({ label }) => label)).toEqual(["Overview", "Metrics", "System", "Artifacts", "Logs", "Code", "Lineage"]);
});

it("shows the logs of a run that is running, and whatever tab the address names", () => {
  const running = readRun({ info: { run_id: "r", status: "RUNNING" } });
  const facts = { run: running, place: overview, top: undefined, models: NO_MODELS, system: 0 };
  expect(listTabs(facts).map(({ tab }) => tab)).toContain("logs");
  expect(listTabs({ ...facts, run: FINISHED, place: { tab: "models", path: "" } }).map(({ tab }) => tab)).toContain("models");
});
