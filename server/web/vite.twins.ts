/** Puts compressed twins beside the built files, so that no server compresses them at each request. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Pictures are compressed already. */
const TEXT = /\.(html|js|css|json|svg|webmanifest|wasm)$/;

export function twins(): Plugin {
  let folder = "";
  return {
    name: "twins",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (TEXT.test(path)) {
          compress(join(folder, path));
        }
      }
    },
  };
}

function compress(path: string): void {
  const bytes = readFileSync(path);
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const made = { gz: gzipSync(bytes, { level: 9 }), br: brotliCompressSync(bytes, brotli) };
  for (const [ending, twin] of Object.entries(made)) {
    if (twin.length < bytes.length) {
      writeFileSync(`${path}.${ending}`, twin);
    }
  }
}
