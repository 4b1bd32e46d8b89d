import { expect, test } from "vitest";
import type { ModelVersion, RegisteredModel } from "../api/schema";
import { aliasPills, allStages, latestVersion, stagePills, tagPills, toVersionFilter } from "./versions";

const version = (number: string, stage: string): ModelVersion => ({
  name: "churn",
  version: number,
  creation_timestamp: 0,
  last_updated_timestamp: 0,
  current_stage: stage,
  source: "",
  run_id: "",
  status: "READY",
  run_link: "",
});
const model: RegisteredModel = {
  name: "churn",
  creation_timestamp: 0,
  last_updated_timestamp: 0,
  latest_versions: [version("9", "None"), version("10", "Production")],
  aliases: [{ alias: "champion", version: "10" }],
};

test("the latest version is the highest number, not the last text", () => {
  expect(latestVersion(model)).toBe("10");
  expect(latestVersion({ ...model, latest_versions: [] })).toBe("");
});

test("aliases say where they point, stages which version is in them, None is no stage", () => {
  expect(aliasPills(model).map(({ text }) => text)).toEqual(["@champion → 10"]);
  expect(stagePills(model).map(({ text }) => text)).toEqual(["Production 10"]);
});

test("tags of the client are not shown as people's", () => {
  expect(tagPills([{ key: "team", value: "growth" }, { key: "checked" }, { key: "mlflow.source", value: "x" }]).map(({ text }) => text)).toEqual([
    "team: growth",
    "checked",
  ]);
});

test("a policy's stages replace the two active ones", () => {
  expect(allStages()).toEqual(["None", "Staging", "Production", "Archived"]);
  expect(allStages(["QA", "Live"])).toEqual(["None", "QA", "Live", "Archived"]);
});

test("numbers and aliases name versions, words are looked for, and the language goes as it is", () => {
  const aliases = [{ alias: "champion", version: "10" }];
  expect(toVersionFilter(" ")).toBe("");
  expect(toVersionFilter("3 @champion", aliases)).toBe("(version_number = 3 OR version_number = 10)");
  expect(toVersionFilter("@nobody", aliases)).toBe("version_number = 0");
  expect(toVersionFilter("stag")).toBe("(current_stage ILIKE '%stag%' OR source_path ILIKE '%stag%')");
  expect(toVersionFilter("tags.team = 'x'")).toBe("tags.team = 'x'");
});
