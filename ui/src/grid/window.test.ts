import { describe, expect, it } from "vitest";
import { columnsInView, offsetsOf, rowsInView, scrollToRow } from "./window";

describe("rowsInView", () => {
  it("shows what is in view and some more", () => {
    expect(rowsInView(2800, 560, 28, 10_000, 5)).toEqual({ first: 95, end: 125 });
  });
  it("stays within the rows at both ends", () => {
    expect(rowsInView(0, 560, 28, 10, 5)).toEqual({ first: 0, end: 10 });
    expect(rowsInView(99_999, 560, 28, 10, 5)).toEqual({ first: 10, end: 10 });
  });
});

describe("columnsInView", () => {
  const offsets = offsetsOf(Array.from({ length: 40 }, () => 100));

  it("is taken in steps, so that small moves change nothing", () => {
    expect(columnsInView(offsets, 0, 500, 4)).toEqual({ first: 0, end: 8 });
    expect(columnsInView(offsets, 90, 500, 4)).toEqual({ first: 0, end: 8 });
    expect(columnsInView(offsets, 450, 500, 4)).toEqual({ first: 4, end: 12 });
  });
  it("ends with the last column", () => {
    expect(columnsInView(offsets, 3900, 500, 4)).toEqual({ first: 36, end: 40 });
  });
  it("is empty without columns", () => {
    expect(columnsInView(offsetsOf([]), 0, 500, 4)).toEqual({ first: 0, end: 0 });
  });
});

describe("scrollToRow", () => {
  it("moves as little as it can", () => {
    expect(scrollToRow(3, 0, 280, 28)).toBe(0);
    expect(scrollToRow(10, 0, 280, 28)).toBe(28);
    expect(scrollToRow(2, 280, 280, 28)).toBe(56);
  });
});
