/** The code that draws a chart in Python, from the same server. */

import { titleOfSpec, type PlotSpec } from "./spec";

const MAX_IDS = 200;

/** Write a text as a Python literal. */
export const literal = (text: string): string => JSON.stringify(text);

function head(server: string, imports: readonly string[]): string {
  return `${imports.map((name) => `import ${name}\n`).join("")}\nhw.set_tracking_uri(${literal(server)})\n`;
}

function listIds(runIds: readonly string[]): string {
  return `[\n${runIds.map((id) => `    ${literal(id)},\n`).join("")}]`;
}

/** How the runs of a chart are read: by their ids while they are few. */
function readRuns(runIds: readonly string[]): string {
  const ids = runIds.slice(0, MAX_IDS);
  const cut = ids.length < runIds.length ? `# The first ${MAX_IDS} of ${runIds.length} runs.\n` : "";
  return `${cut}run_ids = ${listIds(ids)}
listed = ", ".join(f"'{run_id}'" for run_id in run_ids)
runs = hw.search_runs(search_all_experiments=True, filter_string=f"attributes.run_id IN ({listed})")
runs = runs.set_index("run_id").reindex(run_ids)
runs["duration"] = (runs["end_time"] - runs["start_time"]).dt.total_seconds()
names = runs["tags.mlflow.runName"]
`;
}

/** Numbers where a column has some, else its texts, or their codes. */
const VALUES = `
def values(name):
    numbers = pd.to_numeric(runs[name], errors="coerce")
    return numbers if numbers.notna().any() else runs[name].astype(str)


def codes(name):
    found = values(name)
    return found if pd.api.types.is_numeric_dtype(found) else pd.Series(pd.factorize(found)[0], found.index)


`;

const BODIES: Readonly<Record<string, (spec: PlotSpec) => string>> = {
  bar: ({ y }) => `plt.barh(names, ${number(y)})\nplt.gca().invert_yaxis()\nplt.xlabel(${literal(y)})\n`,
  difference: ({ y }) => `values = ${number(y)}\nplt.barh(names[1:], (values - values.iloc[0])[1:])\nplt.gca().invert_yaxis()\nplt.axvline(0, color="grey")\nplt.xlabel(f"${y} − {names.iloc[0]}")\n`,
  scatter: ({ x, y, size, color, log }) => {
    const extras = [size ? `, s=20 + 200 * codes(${name(size)}).rank(pct=True)` : "", color ? `, c=codes(${name(color)})` : ""].join("");
    const bar = color ? `plt.colorbar(label=${literal(color)})\n` : "";
    return `${VALUES}plt.scatter(values(${name(x)}), values(${name(y)})${extras})\n${bar}${labels(x, y, log)}`;
  },
  parallel: ({ axes, color }) => `${VALUES}frame = pd.DataFrame({name: codes(name) for name in [${axes.map(name).join(", ")}]})
scaled = (frame - frame.min()) / (frame.max() - frame.min())
scaled["color"] = pd.cut(${color ? `codes(${name(color)})` : "scaled.iloc[:, -1]"}, 5).astype(str)
pd.plotting.parallel_coordinates(scaled, "color", colormap="viridis")
`,
  box: ({ x, y, log }) => `frame = runs.assign(value=${number(y)})\nframe.boxplot(column="value"${x ? `, by=${literal(x)}` : ""})\nplt.ylabel(${literal(y)})\n${log.includes(y) ? 'plt.yscale("log")\n' : ""}`,
  contour: ({ x, y, color, log }) => `frame = pd.DataFrame({"x": ${number(x)}, "y": ${number(y)}, "z": ${number(color)}}).dropna()
plt.tricontourf(frame["x"], frame["y"], frame["z"], levels=10)
plt.colorbar(label=${literal(color)})
plt.scatter(frame["x"], frame["y"], color="black", s=8)
${labels(x, y, log)}`,
};

/** The column of the frame for a field; the duration is made into one. */
function name(id: string): string {
  return literal(id.startsWith("attributes.") ? id.slice("attributes.".length) : id);
}

function number(id: string): string {
    if (id.startsWith("attributes.")) return `runs[${name(id)}]`;
  return id.startsWith("params.") ? `pd.to_numeric(runs[${literal(id)}], errors="coerce")` : `runs[${literal(id)}]`;
}

function labels(x: string, y: string, log: readonly string[]): string {
  const scales = [log.includes(x) ? 'plt.xscale("log")\n' : "", log.includes(y) ? 'plt.yscale("log")\n' : ""].join("");
  return `plt.xlabel(${literal(x)})\nplt.ylabel(${literal(y)})\n${scales}`;
}

function importance({ y }: PlotSpec): string {
  return `frame = runs.filter(like="params.").apply(pd.to_numeric, errors="coerce")
target = runs[${literal(`metrics.${y}`)}]
print(frame.corrwith(target, method="spearman").sort_values(key=abs, ascending=False))
`;
}

/** Write the Python code of a chart of runs. */
export function writePython(spec: PlotSpec, runIds: readonly string[], server: string): string {
  const title = titleOfSpec(spec);
  if (spec.kind === "importance") return `${head(server, ["headwater as hw", "pandas as pd"])}\n${readRuns(runIds)}\n${importance(spec)}`;
  if (spec.kind === "images") return `${head(server, ["headwater as hw"])}\nfor run_id in ${listIds(runIds)}:\n    if hw.artifacts.list_artifacts(run_id=run_id, artifact_path="images"):
        print(hw.artifacts.download_artifacts(run_id=run_id, artifact_path="images"))\n`;
  const body = BODIES[spec.kind]?.(spec) ?? "";
  return `${head(server, ["headwater as hw", "matplotlib.pyplot as plt", "pandas as pd"])}\n${readRuns(runIds)}\n${body}plt.title(${literal(title)})\nplt.show()\n`;
}

export interface LineCode {
  readonly key: string;
  readonly x: "step" | "time" | "relative" | "metric";
  readonly xKey: string;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly smooth: number;
}

/** Write the Python code of a chart of lines. */
export function writeLinePython(line: LineCode, runs: readonly { readonly runId: string; readonly name: string }[], server: string): string {
  const names = runs.slice(0, MAX_IDS).map(({ runId, name }) => `    ${literal(runId)}: ${literal(name)},\n`).join("");
  const x = line.x === "step" ? "points.index" : line.x === "metric" ? "axis.reindex(points.index, method=\"ffill\")" : line.x === "time" ? 'pd.to_datetime(points["time"], unit="ms")' : '(points["time"] - points["time"].iloc[0]) / 1000';
  const axis = line.x === "metric" ? `    axis = read(run_id, ${literal(line.xKey)})["value"]\n` : "";
  const smooth = line.smooth > 0 ? `.ewm(alpha=${Number((1 - line.smooth).toFixed(4))}).mean()` : "";
  return `${head(server, ["headwater as hw", "matplotlib.pyplot as plt", "pandas as pd"])}
client = hw.Client()


def read(run_id, key):
    points = client.get_metric_history(run_id, key)
    rows = [(point.step, point.timestamp, point.value) for point in points]
    return pd.DataFrame(rows, columns=["step", "time", "value"]).drop_duplicates("step", keep="last").set_index("step")


runs = {
${names}}
for run_id, name in runs.items():
    points = read(run_id, ${literal(line.key)})
${axis}    plt.plot(${x}, points["value"]${smooth}, label=name)
plt.xlabel(${literal(line.x === "metric" ? line.xKey : line.x)})
plt.ylabel(${literal(line.key)})
${line.logX ? 'plt.xscale("log")\n' : ""}${line.logY ? 'plt.yscale("log")\n' : ""}plt.legend()
plt.show()
`;
}
