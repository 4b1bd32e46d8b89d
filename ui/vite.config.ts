import type { UserConfig } from "vite";
import { defineConfig } from "vitest/config";

const STATIC = "../src/headwater/server/static";

/** The pages, and in the mode `notebook` the one module of charts in notebooks. */
const BUILDS: Readonly<Record<"pages" | "notebook", UserConfig["build"]>> = {
  pages: {
    outDir: STATIC,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // Each request more is a wait: what the first page needs is one file, though lazily loaded pages share parts of it,
    // what pages of runs share another, files, the scales that plots share and what other pages share three more; all styles are one.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "first", tags: ["$initial"] },
            { name: "files", test: /\/ui\/src\/(artifacts|preview)/, minShareCount: 2 },
            { name: "runs", test: /\/ui\/src\/(charts|panels|plots\/(?!axis\.|palette|parallel)|run)/, minShareCount: 2 },
            { name: "scales", test: /\/plots\/|\/node_modules\/(d3-|internmap)/, minShareCount: 2 },
            { name: "others", test: /\/ui\/src\//, minShareCount: 2 },
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
  test: { environment: "happy-dom", css: { include: [/tokens\.css/] }, include: ["src/**/*.test.{ts,tsx}"] },
}));
