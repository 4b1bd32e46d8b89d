import { expect, it } from "vitest";
import { countTags } from "./tag-filter";
import { readTagFilter } from "./use-experiments";

const facts = (tags: Readonly<Record<string, string>>) => ({ tags: new Map(Object.entries(tags)) });

it("counts the tags that people set, the most used first", () => {
  expect(countTags([facts({ team: "a", "mlflow.note.content": "x" }), facts({ team: "a", area: "b" })])).toEqual([["team: a", 2], ["area: b", 1]]);
});

it("writes chosen tags in the words of the search language", () => {
  expect(readTagFilter("", [])).toBe("");
  expect(readTagFilter("", ["team: it's", "no value: "])).toBe(`tags.team = "it's" AND tags.\`no value\` = ''`);
  expect(readTagFilter("name = 'a' OR name = 'b'", ["team: x"])).toBe("(name = 'a' OR name = 'b') AND tags.team = 'x'");
});
