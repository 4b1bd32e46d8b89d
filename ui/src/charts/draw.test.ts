import { describe, expect, it } from "vitest";
import { makeProjection, tracePath, type Projection } from "./draw";

const BOX = { left: 10, top: 20, width: 100, height: 50 };
const UNIT = { x: { start: 0, end: 1 }, y: { start: 0, end: 1 } };
const LINEAR = { logX: false, logY: false };

class Pen implements Path2D {
  readonly strokes: string[] = [];
  moveTo(x: number, y: number): void {
    this.strokes.push(`M${x},${y}`);
  }
  lineTo(x: number, y: number): void {
    this.strokes.push(`L${x},${y}`);
  }
  addPath(): void {}
  arc(): void {}
  arcTo(): void {}
  bezierCurveTo(): void {}
  closePath(): void {}
  ellipse(): void {}
  quadraticCurveTo(): void {}
  rect(): void {}
  roundRect(): void {}
}

const same: Projection = { x: (value) => value, y: (value) => value };

function trace(x: number[], values: number[]): string {
  const pen = new Pen();
  tracePath(pen, Float64Array.from(x), Float64Array.from(values), same);
  return pen.strokes.join(" ");
}

describe("makeProjection", () => {
  it("puts greater values further right and up", () => {
    const to = makeProjection(BOX, UNIT, LINEAR);
    expect([to.x(0), to.x(1)]).toEqual([10, 110]);
    expect([to.y(0), to.y(1)]).toEqual([70, 20]);
  });

  it("spaces decades evenly on logarithmic axes and has no place for zero", () => {
    const ranges = { x: { start: 1, end: 100 }, y: { start: 1, end: 100 } };
    const to = makeProjection(BOX, ranges, { logX: true, logY: true });
    expect(to.x(10)).toBeCloseTo(60);
    expect(to.y(10)).toBeCloseTo(45);
    expect(to.y(0)).toBeNaN();
  });
});

describe("tracePath", () => {
  it("joins finite values and lifts the pen at gaps", () => {
    expect(trace([0, 1, 2, 3, 4], [0, 1, Number.NaN, 3, 4])).toBe("M0,0 L1,1 M3,3 L4,4");
  });

  it("makes a lone point visible, also between infinities", () => {
    expect(trace([5], [5])).toBe("M5,5 L5.01,5");
    expect(trace([0, 1, 2], [Infinity, 1, -Infinity])).toBe("M1,1 L1.01,1");
  });
});
