import { expect, test } from "vitest";
import { nextOrder, sortOf } from "./order";

test("an order is read by its key and direction", () => {
  expect(sortOf("name DESC", "name")).toBe("descending");
  expect(sortOf("name", "name")).toBe("ascending");
  expect(sortOf("name desc", "creation_timestamp")).toBeUndefined();
});

test("the first click sorts as the column likes it, the next one the other way", () => {
  expect(nextOrder("name ASC", "creation_timestamp", "DESC")).toBe("creation_timestamp DESC");
  expect(nextOrder("creation_timestamp DESC", "creation_timestamp", "DESC")).toBe("creation_timestamp ASC");
});
