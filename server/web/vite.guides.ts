/**
 * Guides are written once, in `server/docs/guide`, and read there and in the app: `import("….md?guide")` is a
 * page of them as HTML, made when the app is built. What the app shows was written by us, and nothing of it
 * is made of what people type.
 */

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Marked, type Tokens } from "marked";
import type { Plugin } from "vite";

const ENDING = ".md?guide";

export function guides(): Plugin {
  return {
    name: "guides",
    enforce: "pre",
    resolveId(source, importer) {
      return source.endsWith(ENDING) && importer !== undefined ? resolve(dirname(importer), source) : null;
    },
    load(id) {
      if (!id.endsWith(ENDING)) {
        return null;
      }
      const path = id.slice(0, -"?guide".length);
      this.addWatchFile(path);
      return moduleOf(readFileSync(path, "utf8"), dirname(path));
    },
  };
}

/** The module of a guide: its HTML, with the addresses that its pictures get in the build. */
function moduleOf(text: string, folder: string): string {
  const pictures: string[] = [];
  const marked = new Marked({ async: false, gfm: true });
  marked.use({
    renderer: {
      image({ href, text: alt }: Tokens.Image) {
        const at = pictures.push(resolve(folder, href)) - 1;
        return `<img src="${placeOf(at)}" alt="${escaped(alt)}" loading="lazy" decoding="async">`;
      },
    },
  });
  const html = marked.parse(text) as string;
  const imports = pictures.map((path, at) => `import picture${at} from ${JSON.stringify(path)};`);
  // What stands between the places of pictures is text; the places become their addresses.
  const parts = html.split(/\u0000(\d+)\u0000/).map((part, at) => (at % 2 === 1 ? `picture${part}` : JSON.stringify(part)));
  return [...imports, `export default ${parts.join(" + ")};`].join("\n");
}

function placeOf(at: number): string {
  return `\u0000${at}\u0000`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
