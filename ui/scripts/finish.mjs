/** After vite: write .gz and .br beside each asset, print the sizes, and fail over the budget of the first page. */

import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FOLDER = fileURLToPath(new URL("../../src/headwater/server/static/", import.meta.url));
const INITIAL_BUDGET = 120_000;
const CHUNK_BUDGET = 60_000;
const PACKED = /\.(js|css|svg|html|json|map)$/;

const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((name) => statSync(join(FOLDER, name)).isFile() && PACKED.test(name));
const index = readFileSync(join(FOLDER, "index.html"), "utf8");
let initial = 0;
let failed = false;
for (const name of files.sort()) {
  const bytes = readFileSync(join(FOLDER, name));
  const gz = gzipSync(bytes, { level: 9 });
  const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  if (name !== "index.html") {
    writeFileSync(join(FOLDER, `${name}.gz`), gz);
    writeFileSync(join(FOLDER, `${name}.br`), br);
  }
  const first = index.includes(name.split("/").at(-1) ?? name);
  if (first) initial += gz.length;
  else if (gz.length > CHUNK_BUDGET) failed = true;
  console.log(`${first ? "*" : " "} ${name.padEnd(44)} ${kb(bytes.length)} raw ${kb(gz.length)} gz ${kb(br.length)} br`);
}
console.log(`first page: ${kb(initial)} gz of ${kb(INITIAL_BUDGET)}`);
if (failed || initial > INITIAL_BUDGET) {
  console.error("Over budget: load less at first, or split a chunk.");
  process.exit(1);
}

function kb(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
}
