import { describe, expect, it } from "vitest";
import { translateHash } from "./old-links";
import { findRoute } from "./routes";

describe("addresses of MLflow's pages", () => {
  it.each([
    ["", ""],
    ["#main", ""],
    ["#/", "/"],
    ["#/experiments", "/experiments"],
    ["#/experiments/1", "/experiments/1/runs"],
    ["#/experiments/1/runs/ab12", "/runs/ab12"],
    ["#/experiments/1/runs/ab12/model-metrics", "/runs/ab12/metrics"],
    ["#/experiments/1/runs/ab12/system-metrics", "/runs/ab12/system"],
    ["#/experiments/1/runs/ab12/artifacts/model/MLmodel", "/runs/ab12/artifacts/model/MLmodel"],
    ["#/experiments/1/runs/ab12/artifactPath/model", "/runs/ab12/artifacts/model"],
    ["#/runs/ab12", "/runs/ab12"],
    ["#/experiments/1/models/m-1", "/models/m/m-1"],
    ["#/models", "/models"],
    ["#/models/churn/versions/3", "/models/churn/versions/3"],
    ["#/models/churn/evaluation/x", "/models/churn"],
    ['#/compare-model-versions?name="big churn"&runs={"ab12":"10","cd34":"9"}', "/models/big%20churn/diff?a=9&b=10"],
    ["#/account", "/settings/account"],
    ["#/admin/users", "/settings/users"],
    ["#/settings/general", "/settings"],
    ["#/prompts/p", "/prompts/p"],
    ["#/experiments/1/models", "/experiments/1/models"],
    ["#/experiments/1/evaluation-runs", "/experiments/1/runs"],
    ['#/compare-model-versions?name="my model"&runs={"b2":"10","a1":"9"}', "/models/my%20model/diff?a=9&b=10"],
    ["#/compare-model-versions?name=%22m%22&runs=%7B%22a1%22%3A%223%22%7D", "/models/m"],
    ['#/compare-experiments/s?experiments=["3","4"]', "/experiments/3,4/runs"],
    ['#/compare-runs?runs=["a1","b2"]&experiments=["7"]', "/compare?runs=a1,b2"],
    ['#/metric?runs=["a1"]&metric="val_loss"&experiments=["7"]', "/compare?runs=a1&tab=curves&keys=%5Eval_loss$"],
    [
      "#/experiments/2/s?searchFilter=metrics.a%20%3E%201&orderByKey=metrics.%60a%60&orderByAsc=false&lifecycleFilter=Deleted",
      "/experiments/2/runs?q=metrics.a+>+1&sort=metrics.a+desc&state=archived",
    ],
  ])("%s leads to %s", (hash, page) => {
    expect(translateHash(hash)).toBe(page);
  });
});

describe("routes", () => {
  it.each([
    ["/", { page: "home" }],
    ["/experiments", { page: "experiments" }],
    ["/experiments/4", { page: "runs", experimentId: "4" }],
    ["/experiments/4/runs", { page: "runs", experimentId: "4" }],
    ["/experiments/4,5/runs", { page: "runs", experimentId: "4,5" }],
    ["/experiments/4/notes", { page: "experiment", experimentId: "4", tab: "notes" }],
    ["/experiments/4/nonsense", { page: "unknown", path: "/experiments/4/nonsense" }],
    ["/experiments/4/runs/ab/metrics", { page: "run", runId: "ab", rest: "metrics" }],
    ["/runs/ab", { page: "run", runId: "ab", rest: "" }],
    ["/runs/ab/artifacts/a%20b/c%25.txt", { page: "run", runId: "ab", rest: "artifacts/a b/c%.txt" }],
    ["/settings", { page: "settings", tab: "" }],
    ["/settings/webhooks", { page: "settings", tab: "webhooks" }],
    ["/nothing", { page: "unknown", path: "/nothing" }],
  ])("%s is found", (path, route) => {
    expect(findRoute(path)).toEqual(route);
  });
});
