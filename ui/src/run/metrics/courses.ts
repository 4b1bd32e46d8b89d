/** Metrics as people think of them: one name, and the contexts, ranks or machines that it was measured in. */

export interface Variant {
  /** The metric as the server knows it. */
  readonly key: string;
  /** `split=val`, `rank 3`, `node-1`; empty for the metric itself. */
  readonly label: string;
}

export interface Course {
  readonly name: string;
  readonly variants: readonly Variant[];
}

export interface SplitKey {
  readonly name: string;
  readonly context: readonly (readonly [string, string])[];
}

/** Split `loss{rank="3",split="val"}` into its name and its context. */
export function splitKey(key: string): SplitKey {
  const brace = key.indexOf("{");
  if (brace <= 0 || !key.endsWith("}")) return { name: key, context: [] };
  const pairs = [...key.slice(brace + 1, -1).matchAll(/([^=,"]+)="([^"]*)"/g)];
  return { name: key.slice(0, brace), context: pairs.map(([, label = "", value = ""]) => [label, value] as const) };
}

const compare = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

export const writeContext = (context: SplitKey["context"]): string => context.map(([label, value]) => `${label}=${value}`).join(", ");

interface Place extends Variant {
  readonly name: string;
}

function group(places: readonly Place[]): Course[] {
  const courses = new Map<string, Variant[]>();
  for (const { name, key, label } of places) {
    const known = courses.get(name);
    if (known) known.push({ key, label });
    else courses.set(name, [{ key, label }]);
  }
  return [...courses].map(([name, variants]) => ({ name, variants: variants.sort((a, b) => compare(a.label, b.label)) }));
}

/** Put the contexts of a metric under its name. */
export function groupCourses(keys: readonly string[]): Course[] {
  return group(
    keys.map((key) => {
      const { name, context } = splitKey(key);
      return { name, key, label: writeContext(context) };
    }),
  );
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_percentage$/, " %"],
  [/_megabytes$/, " MB"],
  [/_gigabytes$/, " GB"],
  [/_watts$/, " W"],
  [/_celsius$/, " °C"],
];

/** Put system metrics under what they measure: `GPU 0/memory usage %`, one variant for each machine or rank. */
export function groupSystem(keys: readonly string[]): Course[] {
  return group(
    keys.map((key) => {
      const { name, context } = splitKey(key);
      const path = name.replace(/^system\//, "");
      const slash = path.lastIndexOf("/");
      const node = slash > 0 ? path.slice(0, slash) : "";
      const label = [node, writeContext(context)].filter(Boolean).join(", ");
      return { name: titleOf(path.slice(slash + 1)), key, label };
    }),
  );
}

function titleOf(metric: string): string {
  const unit = UNITS.find(([pattern]) => pattern.test(metric));
  const bare = unit ? metric.replace(unit[0], "") : metric;
  const gpu = /^gpu_(\d+)_(.+)$/.exec(bare);
  const [section, rest] = gpu ? [`GPU ${gpu[1]}`, gpu[2] ?? bare] : sectionOf(bare);
  return `${section}/${rest.replaceAll("_", " ")}${unit?.[1] ?? ""}`;
}

function sectionOf(metric: string): readonly [string, string] {
  if (metric.startsWith("cpu_")) return ["CPU", metric.slice(4)];
  if (metric.startsWith("system_memory")) return ["Memory", metric.slice("system_memory_".length)];
  if (/memory|swap/.test(metric)) return ["Memory", metric];
  if (metric.startsWith("disk_")) return ["Disk", metric.slice(5)];
  if (metric.startsWith("network_")) return ["Network", metric.slice(8)];
  return ["Other", metric];
}

/** List the labels that any course has, each once; the empty one stands for the metric itself. */
export function listLabels(courses: readonly Course[]): string[] {
  return [...new Set(courses.flatMap(({ variants }) => variants.map(({ label }) => label)))].sort(compare);
}

/** The least number of variants at which their mean and range say more than their lines. */
export const MANY_VARIANTS = 17;

/** Whether some course has so many variants that lines hide one another. */
export const hasMany = (courses: readonly Course[]): boolean => courses.some(({ variants }) => variants.length >= MANY_VARIANTS);
