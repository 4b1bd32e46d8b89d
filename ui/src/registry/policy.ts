/** Policies in words, and how they are changed. */

import type { ApprovalRule, Gate, Policy, RequiredTag, Threshold } from "../api/schema";
import { plural } from "../lib/format";

/** Name what a gate stands before: `@champion` or `stage Production`. */
export const targetOf = ({ alias, stage }: Gate): string => (alias ? `@${alias}` : `stage ${stage ?? ""}`);

/** Say what a gate asks for, each thing for itself. */
export function describeGate(gate: Gate): string[] {
  return [
    ...(gate.tags ?? []).map(({ key, value }) => (value ? `its tag ${key} is “${value}”` : `it has a tag ${key}`)),
    ...(gate.metrics ?? []).flatMap(describeThreshold),
    ...(gate.approvals ?? []).map(describeApproval),
    ...(gate.reason ? ["a reason is given"] : []),
  ];
}

function describeThreshold({ metric, at_least: least, at_most: most, beats, margin }: Threshold): string[] {
  const by = typeof margin === "number" && margin > 0 ? ` by at least ${margin}` : "";
  return [
    ...(typeof least === "number" ? [`${metric} is at least ${least}`] : []),
    ...(typeof most === "number" ? [`${metric} is at most ${most}`] : []),
    ...(beats ? [`${metric} is ${beats} than that of the version that is replaced${by}`] : []),
  ];
}

function describeApproval({ role, count = 1, by_others: byOthers = false }: ApprovalRule): string {
  return `${plural(count, "approval")} as ${role}${byOthers ? ", not by who registered it" : ""}`;
}

/** Put a gate in place of another one, or add it. */
export function withGate(policy: Policy, before: Gate | null, gate: Gate): Policy {
  const gates = policy.gates ?? [];
  return { ...policy, gates: before && gates.includes(before) ? gates.map((one) => (one === before ? gate : one)) : [...gates, gate] };
}

export const withoutGate = (policy: Policy, gate: Gate): Policy => ({ ...policy, gates: (policy.gates ?? []).filter((one) => one !== gate) });

/** Read tags, one a line: `validated = yes`, or `validated` for any value. */
export function readTags(text: string): RequiredTag[] {
  return linesOf(text).map((line) => {
    const [key = "", ...rest] = line.split("=");
    return { key: key.trim(), value: rest.join("=").trim() };
  });
}

export const writeTags = (tags: readonly RequiredTag[] = []): string => tags.map(({ key, value }) => (value ? `${key} = ${value}` : key)).join("\n");

/** Read roles, one a line: `reviewer: ada, grace`. */
export function readRoles(text: string): Record<string, string[]> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const [role = "", users = ""] = line.split(/:(.*)/s);
      return [role.trim(), readWords(users)];
    }),
  );
}

export const writeRoles = (roles: Policy["roles"] = {}): string => Object.entries(roles).map(([role, users]) => `${role}: ${users.join(", ")}`).join("\n");

/** Read words between commas. */
export const readWords = (text: string): string[] => text.split(",").map((word) => word.trim()).filter(Boolean);

const linesOf = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** The rules about a metric that a form offers. */
export const RULES = { least: "is at least", most: "is at most", higher: "is higher than before, by", lower: "is lower than before, by" } as const;
export type Rule = keyof typeof RULES;

export interface MetricRow {
  readonly metric: string;
  readonly rule: Rule;
  readonly value: string;
}

export function toRows(thresholds: readonly Threshold[] = []): MetricRow[] {
  return thresholds.flatMap(({ metric, at_least: least, at_most: most, beats, margin }) => [
    ...(typeof least === "number" ? [row(metric, "least", least)] : []),
    ...(typeof most === "number" ? [row(metric, "most", most)] : []),
    ...(beats ? [row(metric, beats, typeof margin === "number" ? margin : 0)] : []),
  ]);
}

const row = (metric: string, rule: Rule, value: number): MetricRow => ({ metric, rule, value: String(value) });

export function toThresholds(rows: readonly MetricRow[]): Threshold[] {
  return rows
    .filter(({ metric }) => metric.trim() !== "")
    .map(({ metric, rule, value }) => {
      const [name, number] = [metric.trim(), Number(value)];
      if (rule === "least") return { metric: name, at_least: number };
      return rule === "most" ? { metric: name, at_most: number } : { metric: name, beats: rule, margin: number };
    });
}
