import { expect, test } from "vitest";
import { writeQuestion } from "./client";

test("lists are repeated, empty texts left out, and what is odd is escaped", () => {
  const question = { filter: "name = 'a&b'", order_by: ["name ASC", "creation_timestamp DESC"], page_token: "", max_results: 0, newest_first: false };

  expect(writeQuestion(question)).toBe(
    "filter=name+%3D+%27a%26b%27&order_by=name+ASC&order_by=creation_timestamp+DESC&max_results=0&newest_first=false",
  );
});
