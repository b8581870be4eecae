import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // The oldest that phones in use bring, and what IndexedDB, service workers and modules need anyhow.
    target: ["chrome80", "firefox90", "safari14"],
    // The policy of the page allows no script and no picture that is written into it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
