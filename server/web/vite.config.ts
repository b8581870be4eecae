import { defineConfig } from "vite";
import { guides } from "./vite.guides.ts";
import { precache } from "./vite.precache.ts";
import { twins } from "./vite.twins.ts";

export default defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [guides(), precache(), twins()],
  build: {
    // The oldest that phones in use bring, and what IndexedDB, service workers and modules need anyhow.
    target: ["chrome80", "firefox90", "safari14"],
    // The policy of the page allows no script and no picture that is written into it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: "index.html", office: "office.html", sw: "src/sw.ts" },
      // The service worker keeps its address, by which browsers know it.
      output: { entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
});
