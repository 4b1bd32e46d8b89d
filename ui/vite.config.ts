import type { UserConfig } from "vite";
import { defineConfig } from "vitest/config";

const STATIC = "../src/headwater/server/static";

/** The pages, and in the mode `notebook` the one module of charts in notebooks. */
const BUILDS: Readonly<Record<"pages" | "notebook", UserConfig["build"]>> = {
  pages: {
    outDir: STATIC,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // Each request more is a wait, each kilobyte too: what the first page needs is one file, though lazily loaded pages
    // share parts of it; the panels that most pages share are another, the scales of plots a third.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "first", tags: ["$initial"] },
            { name: "panels", test: /\/ui\/src\/(panels|preview\/markdown|lib|shell)/, minShareCount: 3 },
            { name: "scales", test: /\/node_modules\/(d3-|internmap)/, minShareCount: 2 },
          ],
        },
      },
    },
  },
  notebook: {
    outDir: `${STATIC}/notebook`,
    lib: { entry: "src/notebook/main.tsx", formats: ["es"], fileName: () => "chart.js", cssFileName: "chart" },
    copyPublicDir: false,
    rolldownOptions: { output: { minify: true } },
  },
};

export default defineConfig(({ mode }) => ({
  base: "./",
  define: mode === "notebook" ? { "process.env.NODE_ENV": '"production"' } : {},
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    ...(mode === "notebook" ? BUILDS.notebook : BUILDS.pages),
  },
  css: { modules: { generateScopedName: "[name]_[local]_[hash:base64:4]" } },
  server: { proxy: { "/api": "http://127.0.0.1:5000", "/get-artifact": "http://127.0.0.1:5000", "/version": "http://127.0.0.1:5000" } },
  // One page for all files: making one for each took longer than all tests.
  test: { environment: "happy-dom", isolate: false, css: { include: [/tokens\.css/] }, include: ["src/**/*.test.{ts,tsx}"] },
}));
