import { describe, expect, it } from "vitest";
import { findImages, imagesAt } from "./images";

const file = (path: string, runId = "r") => ({ run_id: runId, path });

describe("findImages", () => {
  it("reads key, step and time from the name, with the small picture beside it", () => {
    const images = findImages([
      file("images/val~dogs+step+10+timestamp+1700+ab-1.png"),
      file("images/val~dogs+step+10+timestamp+1700+ab-1+compressed.webp"),
      file("images/old~cats%step%2%timestamp%1600%ab-2.png"),
    ]);
    expect(images).toEqual([
      { runId: "r", key: "old/cats", step: 2, timestamp: 1600, path: "images/old~cats%step%2%timestamp%1600%ab-2.png", thumbnail: "" },
      {
        runId: "r",
        key: "val/dogs",
        step: 10,
        timestamp: 1700,
        path: "images/val~dogs+step+10+timestamp+1700+ab-1.png",
        thumbnail: "images/val~dogs+step+10+timestamp+1700+ab-1+compressed.webp",
      },
    ]);
  });

  it("passes over other files", () => {
    expect(findImages([file("images/a.png"), file("plots/a+step+1+timestamp+1+x.png")])).toEqual([]);
  });
});

describe("imagesAt", () => {
  it("shows the last image up to a step, for each run and key", () => {
    const images = findImages([1, 5].flatMap((step) => ["r", "s"].map((run) => file(`images/k+step+${step}+timestamp+1+${run}${step}.png`, run))));
    expect([...imagesAt(images, 4).values()].map(({ runId, step }) => [runId, step])).toEqual([["r", 1], ["s", 1]]);
    expect(imagesAt(images, 0).size).toBe(0);
  });
});
