/** Write a scene as SVG. */

import { FONT, LABEL_SIZE, type Label, type Scene, type Shape, wholeScene } from "./scene";
import type { Resolve } from "./paint";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export const escapeXml = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

const ANCHORS = { left: "start", center: "middle", right: "end" } as const;
const SHIFTS = { top: "0.8em", middle: "0.35em", bottom: "-0.2em" } as const;

function writeShape({ path, stroke, fill, width = 1, dash, alpha }: Shape, resolve: Resolve): string {
  const paints = [
    `fill="${fill ? resolve(fill) : "none"}"`,
    stroke ? `stroke="${resolve(stroke)}" stroke-width="${width}" stroke-linejoin="round"` : "",
    stroke && dash && dash.length > 0 ? `stroke-dasharray="${dash.join(" ")}"` : "",
    alpha === undefined ? "" : `opacity="${alpha}"`,
  ];
  return `<path d="${path}" ${paints.filter(Boolean).join(" ")}/>`;
}

function writeLabel(label: Label, resolve: Resolve): string {
  const { x, y, text, align = "left", baseline = "middle", color = "var(--ink-3)", size = LABEL_SIZE, isBold, angle, hasHalo } = label;
  const turn = angle ? ` transform="rotate(${angle} ${x} ${y})"` : "";
  const weight = isBold ? ' font-weight="600"' : "";
  const halo = hasHalo ? ` paint-order="stroke" stroke="${resolve("var(--surface)")}" stroke-width="4" stroke-linejoin="round"` : "";
  return `<text x="${x}" y="${y}" dy="${SHIFTS[baseline]}" text-anchor="${ANCHORS[align]}" font-size="${size}"${weight}${halo} fill="${resolve(color)}"${turn}>${escapeXml(text)}</text>`;
}

/** Write a scene under its title, on a background. */
export function sceneToSvg(title: string, scene: Scene, resolve: Resolve): string {
  const head = 24;
  const { width, height, shapes, labels } = wholeScene(scene);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + head}" viewBox="0 0 ${width} ${height + head}" font-family="${escapeXml(FONT)}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="${resolve("var(--surface)")}"/>`,
    writeLabel({ x: 8, y: 13, text: title, color: "var(--ink)", size: 12, isBold: true }, resolve),
    `<g transform="translate(0 ${head})">`,
    ...shapes.map((shape) => writeShape(shape, resolve)),
    ...labels.map((label) => writeLabel(label, resolve)),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}
