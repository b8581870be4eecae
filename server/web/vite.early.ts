/**
 * Puts a script before a page's first picture: the theme that somebody chose must not come after another one.
 * Scripts that are modules run too late for that, and the page's policy allows none that is written into it.
 */

import type { Plugin } from "vite";

/** The entry that the script is built as, and the pages that begin with it. */
const ENTRY = "early";
const PAGES = ["office.html"];

export function early(): Plugin {
  return {
    name: "early",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_, { path, bundle }) {
        const script = Object.values(bundle ?? {}).find((file) => file.type === "chunk" && file.isEntry && file.name === ENTRY);
        if (!PAGES.some((page) => path.endsWith(page))) {
          return [];
        }
        if (script?.type !== "chunk" || script.imports.length > 0 || script.exports.length > 0) {
          throw new Error(`${ENTRY} must be one script that imports and exports nothing`);
        }
        // After the styles, which it looks into.
        return [{ tag: "script", attrs: { src: `/${script.fileName}` }, injectTo: "head" }];
      },
    },
  };
}
