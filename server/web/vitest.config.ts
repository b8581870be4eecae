import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // A slow machine is no fault.
  test: { include: ["src/**/*.test.{ts,tsx}"], testTimeout: 60_000 },
});
