import { expect, test } from "vitest";
import { modelPage, versionPage } from "../registry/places";
import { translateHash } from "./old-links";
import { findRoute } from "./routes";

test("the pages of the registry are found by the addresses that lead to them", () => {
  const name = "it's 50% a+b?#";

  expect(findRoute("/models")).toEqual({ page: "models" });
  expect(findRoute("/models/m/m-0a1/artifacts/MLmodel")).toEqual({ page: "logged-model", modelId: "m-0a1", rest: "artifacts/MLmodel" });
  expect(findRoute("/models/m/history")).toEqual({ page: "model", name: "m", tab: "history" });
  expect(findRoute("/models/m/versions/1")).toEqual({ page: "version", name: "m", version: "1" });
  expect(findRoute(modelPage(name))).toEqual({ page: "model", name, tab: "" });
  expect(findRoute(modelPage(name, "history"))).toEqual({ page: "model", name, tab: "history" });
  expect(findRoute(versionPage(name, "3"))).toEqual({ page: "version", name, version: "3" });
  expect(findRoute("/models/churn/nonsense").page).toBe("unknown");
});

test("addresses of the registry that MLflow printed lead there, too", () => {
  expect(findRoute(translateHash("#/models/churn"))).toEqual({ page: "model", name: "churn", tab: "" });
  expect(findRoute(translateHash("#/models/my%20churn/versions/3"))).toEqual({ page: "version", name: "my churn", version: "3" });
});
