import { expect, test } from "vitest";
import type { RegistryEvent } from "../api/schema";
import { readLanes } from "./alias-spans";

const event = (time: number, key: string, old: string | null, value: string | null, user = "ada"): RegistryEvent => ({
  event_id: time,
  time,
  action: value === null ? "delete_alias" : "set_alias",
  name: "churn",
  key,
  old,
  new: value,
  user_id: user,
});

test("lanes tell which version had an alias when, and those in use come first", () => {
  const events = [
    event(50, "champion", "1", "2", "grace"),
    event(40, "shadow", "2", null),
    event(20, "shadow", null, "2"),
    event(10, "champion", null, "1"),
    { event_id: 5, time: 5, action: "create_model", name: "churn" } as const,
  ];

  const lanes = readLanes(events, 100);

  expect(lanes.map(({ alias, spans }) => [alias, spans.map(({ version, from, to, isNow }) => [version, from, to, isNow])])).toEqual([
    ["champion", [["1", 10, 50, false], ["2", 50, 100, true]]],
    ["shadow", [["2", 20, 40, false]]],
  ]);
  expect(lanes[0]?.spans[1]?.user).toBe("grace");
});

test("what had the alias before the log begins is known from its first move", () => {
  const [lane] = readLanes([event(50, "live", "3", "4"), { ...event(30, "", null, ""), action: "update_model" }], 60);

  expect(lane?.spans.map(({ version, from, to, isEarlier }) => [version, from, to, isEarlier])).toEqual([
    ["3", 30, 50, true],
    ["4", 50, 60, false],
  ]);
});
