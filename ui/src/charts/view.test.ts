import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW, readView, writeView, type ChartView } from "./view";

describe("the chart view in the URL", () => {
  it("leaves defaults out and other parameters alone", () => {
    expect(writeView(new URLSearchParams("q=a&x=time"), DEFAULT_VIEW).toString()).toBe("q=a");
  });

  it("comes back as it was written", () => {
    const views: ChartView[] = [
      DEFAULT_VIEW,
      { ...DEFAULT_VIEW, x: "relative", smooth: 0.6, search: "^val/", range: { start: -1.5, end: 2e21 } },
      { ...DEFAULT_VIEW, x: "metric", xKey: "val/epoch", smoothing: "gaussian", by: "params.a b", facet: "tags.c" },
      { ...DEFAULT_VIEW, logX: true, logY: ["a,b", "c/d & e"], open: "ü=1" },
      { ...DEFAULT_VIEW, bands: false, limits: [{ key: "a~b", start: -1, end: 1e-9 }, { key: "c,d", start: 0, end: 1 }], first: ["z", "a,b"] },
    ];
    for (const view of views) {
      const query = new URLSearchParams(writeView(new URLSearchParams(), view).toString());
      expect(readView(query)).toEqual(view);
    }
  });

  it("falls back to defaults for what makes no sense", () => {
    const query = new URLSearchParams("x=up&smooth=often&range=5~1&ylim=loss&ylim=loss~2~1&ylim=~0~1");
    expect(readView(query)).toEqual(DEFAULT_VIEW);
    expect(readView(new URLSearchParams("smooth=7")).smooth).toBe(0.99);
    expect(readView(new URLSearchParams("range=1~2~3")).range).toBeNull();
  });
});
