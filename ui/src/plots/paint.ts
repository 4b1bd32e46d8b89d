/** Draw a scene on a canvas. */

import { FONT, LABEL_SIZE, type Label, type Scene, type Shape, wholeScene } from "./scene";

export type Resolve = (css: string) => string;

const FADED = 0.22;

function paintShape(context: CanvasRenderingContext2D, shape: Shape, resolve: Resolve, strength: number): void {
  const path = new Path2D(shape.path);
  context.globalAlpha = (shape.alpha ?? 1) * strength;
  if (shape.fill) {
    context.fillStyle = resolve(shape.fill);
    context.fill(path);
  }
  if (!shape.stroke) return;
  context.strokeStyle = resolve(shape.stroke);
  context.lineWidth = shape.width ?? 1;
  context.lineJoin = "round";
  context.setLineDash(shape.dash ? [...shape.dash] : []);
  context.stroke(path);
}

function paintLabel(context: CanvasRenderingContext2D, label: Label, resolve: Resolve): void {
  context.save();
  context.globalAlpha = 1;
  context.font = `${label.isBold ? "600 " : ""}${label.size ?? LABEL_SIZE}px ${FONT}`;
  context.textAlign = label.align ?? "left";
  context.textBaseline = label.baseline ?? "middle";
  context.fillStyle = resolve(label.color ?? "var(--ink-3)");
  context.translate(label.x, label.y);
  if (label.angle) context.rotate((label.angle * Math.PI) / 180);
  if (label.hasHalo) {
    context.strokeStyle = resolve("var(--surface)");
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.setLineDash([]);
    context.strokeText(label.text, 0, 0);
  }
  context.fillText(label.text, 0, 0);
  context.restore();
}

/** Keeps the picture without focus, so that looking at one run redraws that run alone. */
export class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #base = document.createElement("canvas");
  #scene: Scene | null = null;
  #ratio = 1;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Draw a scene. */
  show(scene: Scene, resolve: Resolve): void {
    this.#scene = scene;
    this.#ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.#canvas, this.#base]) {
      canvas.width = Math.round(scene.width * this.#ratio);
      canvas.height = Math.round(scene.height * this.#ratio);
    }
    this.#canvas.style.width = `${scene.width}px`;
    this.#canvas.style.height = `${scene.height}px`;
    const context = this.#base.getContext("2d");
    if (!context) return;
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    for (const shape of scene.shapes) paintShape(context, shape, resolve, 1);
    for (const label of scene.labels) paintLabel(context, label, resolve);
    this.focus("", resolve);
  }

  /** Bring the shapes of one run to the front and fade the rest; nothing is faded when it has none here. */
  focus(run: string, resolve: Resolve): void {
    const context = this.#canvas.getContext("2d");
    if (!context || !this.#scene) return;
    const own = run ? this.#scene.shapes.filter((shape) => shape.run === run) : [];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.globalAlpha = own.length > 0 ? FADED : 1;
    context.drawImage(this.#base, 0, 0);
    if (own.length === 0) return;
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    for (const shape of own) {
      paintShape(context, { ...shape, alpha: 1, width: (shape.width ?? 1) + 1 }, resolve, 1);
    }
    for (const label of this.#scene.labels) paintLabel(context, label, resolve);
  }
}

/** Draw a scene with everything that belongs into a file, on a canvas of its own. */
export function paintWhole(scene: Scene, resolve: Resolve): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  new Painter(canvas).show(wholeScene(scene), resolve);
  return canvas;
}
