/** Numbers, times and durations as people read them. */

const COUNT = new Intl.NumberFormat("en");
/** The day before the month by name and 24 hours: nobody, wherever they are, reads it as another time. */
const WHEN = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** `12345` → `12,345`. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** Four significant digits; whole numbers up to a million as they are; very large and small ones as powers of ten. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return value.toExponential(3);
  return size >= 1e4 ? value.toFixed(0) : value.toPrecision(4);
}

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** `75000` ms → `1 min 15 s`; the two largest units. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const at = UNITS.findIndex(([, size]) => seconds >= size);
  const [unit, size] = UNITS[at] ?? ["s", 1];
  const [lesser, lesserSize] = UNITS[at + 1] ?? ["", 0];
  const rest = lesserSize ? Math.floor((seconds % size) / lesserSize) : 0;
  return `${Math.floor(seconds / size)} ${unit}${rest > 0 ? ` ${rest} ${lesser}` : ""}`;
}

/** `2 min ago`; beyond 30 days the date. */
export function formatAgo(time: number, now: number): string {
  const seconds = Math.round((now - time) / 1000);
  if (seconds < 5) return "just now";
  if (seconds >= 30 * 86_400) return new Date(time).toISOString().slice(0, 10);
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

/** The moment in full, in the reader's own time. */
export function formatMoment(time: number): string {
  return WHEN.format(time);
}

/** `1 run`, `2 runs`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}
