/** Pictures among the artifacts of runs, written into a page so that it needs no server. */

import { callNative, fetchFile } from "../api/client";
import type { FindFilesResponse } from "../api/schema";
import { addressOf } from "../artifacts/artifacts-api";
import type { ChartRun } from "../charts/lines";
import { formatCount } from "../lib/format";
import { findImages, imagesAt, type LoggedImage } from "../plots/images";
import { type PlotSpec, titleOfSpec } from "../plots/spec";
import { escapeXml } from "../plots/svg";

/** Larger pictures stay links. */
const MOST_BYTES = 5_000_000;
/** A grid of more pictures is cut. */
const MOST_PICTURES = 60;

/** Return a picture as an element of a page, or a link to it and why it is none. */
export async function writePicture(address: string, title: string, signal: AbortSignal): Promise<string> {
  const link = `<a href="${escapeXml(address)}">${escapeXml(title)}</a>`;
  const response = await fetchFile(address, { signal });
  if (!response.ok) return `<p>${link}: the picture was not there (status ${response.status}).</p>`;
  const blob = await response.blob();
  if (blob.size > MOST_BYTES) return `<p>${link}, ${formatCount(Math.round(blob.size / 1e6))} MB, which is too much for this file.</p>`;
  return `<img src="${await readAsData(blob)}" alt="${escapeXml(title)}">`;
}

/** Write the images that runs logged in series: a row a run, a column a series, each at its last step. */
export async function writeImages(spec: PlotSpec, runs: readonly ChartRun[], signal: AbortSignal): Promise<string> {
  const { files } = await callNative<FindFilesResponse>("runs/files", { run_ids: runs.map(({ runId }) => runId), path: "images" }, signal);
  const images = findImages(files).filter(({ key }) => !spec.y || key === spec.y);
  const title = escapeXml(titleOfSpec(spec));
  if (images.length === 0) return `<p>${title}: these runs logged no images with a step.</p>`;
  const last = imagesAt(images, Infinity);
  const keys = [...new Set(images.map(({ key }) => key))].sort();
  const shown = runs.filter(({ runId }) => keys.some((key) => last.has(`${runId}\n${key}`)));
  const rows = shown.slice(0, Math.max(1, Math.floor(MOST_PICTURES / keys.length)));
  const written = rows.map(async ({ runId, name }) => {
    const cells = keys.map(async (key) => `<td>${await writeCell(last.get(`${runId}\n${key}`), name, signal)}</td>`);
    return `<tr><th scope="row">${escapeXml(name)}</th>${(await Promise.all(cells)).join("")}</tr>`;
  });
  const head = keys.map((key) => `<th scope="col">${escapeXml(key)}</th>`).join("");
  const note = rows.length < shown.length ? `, of ${rows.length} of ${formatCount(shown.length)} runs` : "";
  return `<figure><div class="images"><table><thead><tr><th scope="col">Run</th>${head}</tr></thead><tbody>${(await Promise.all(written)).join("\n")}</tbody></table></div>
<figcaption>${title}, each at its last step${note}</figcaption></figure>`;
}

async function writeCell(image: LoggedImage | undefined, run: string, signal: AbortSignal): Promise<string> {
  if (!image) return "";
  const picture = await writePicture(addressOf(image.runId, image.thumbnail || image.path), `${image.key} of ${run}`, signal);
  return `${picture}<small>step ${formatCount(image.step)}</small>`;
}

function readAsData(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(typeof reader.result === "string" ? reader.result : ""));
    reader.addEventListener("error", () => reject(new Error("The picture cannot be read.")));
    reader.readAsDataURL(blob);
  });
}
