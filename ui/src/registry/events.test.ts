import { expect, test } from "vitest";
import type { RegistryEvent } from "../api/schema";
import { actionsOf, describeEvent, lastUsers } from "./events";

const event = (fields: Partial<RegistryEvent>): RegistryEvent => ({ event_id: 1, time: 0, action: "create_model", name: "churn", ...fields });

test("an event says what was before and what is now", () => {
  const said = (fields: Partial<RegistryEvent>) => describeEvent(event(fields));

  expect(said({ action: "set_alias", key: "champion", old: "2", new: "3", version: "3" })).toBe("moved @champion from version 2 to version 3");
  expect(said({ action: "set_alias", key: "champion", new: "1", version: "1" })).toBe("pointed @champion at version 1");
  expect(said({ action: "move_stage", version: "3", old: "None", new: "Staging" })).toBe("moved version 3 from None to Staging");
  expect(said({ action: "set_model_tag", key: "team", old: "", new: "growth" })).toBe("set the tag team from nothing to “growth”");
  expect(said({ action: "set_model_tag", key: "team", new: "growth" })).toBe("set the tag team to “growth”");
  expect(said({ action: "roll_back", key: "@champion", old: "3", new: "2", version: "2" })).toBe("rolled @champion back from version 3 to version 2");
});

test("a refusal says what the gate asked for", () => {
  const refused = event({ action: "refuse", key: "@champion", version: "3", new: "the tag 'validated' is 'yes'" });

  expect(describeEvent(refused)).toBe("was refused @champion for version 3: the tag 'validated' is 'yes'");
});

test("the newest change of each model counts, refusals do not", () => {
  const log = [
    event({ action: "refuse", user_id: "eve" }),
    event({ action: "set_alias", user_id: "ada" }),
    event({ user_id: "grace" }),
    event({ name: "price" }),
  ];

  expect([...lastUsers(log)]).toEqual([["churn", "ada"], ["price", ""]]);
});

test("every kind of event belongs to a subject or is about requests, and what nobody knows means everything", () => {
  expect(actionsOf("policy")).toEqual(["set_policy"]);
  expect(actionsOf("")).toEqual([]);
  expect(describeEvent({ event_id: 1, time: 0, action: "request_promotion", name: "churn", version: "3", key: "@champion", new: "7" })).toBe("asked that version 3 becomes @champion");
});

test("who only asks or comments has not changed the model", () => {
  const event = { event_id: 1, time: 0, name: "churn", version: "3" } as const;
  expect(lastUsers([{ ...event, action: "comment_request", user_id: "eve" }, { ...event, action: "set_alias", user_id: "ada" }])).toEqual(new Map([["churn", "ada"]]));
});
