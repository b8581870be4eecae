/** Pages whose code comes when they are first opened, so that the first load stays small. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { frame } from "./words/frame.ts";
import { useWords } from "./words/language.ts";

/** `const Me = later(() => import("./me/page.tsx").then((file) => file.MePage))`. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Later(props: P) {
    const say = useWords();
    const [page, setPage] = useState(() => loaded);
    const [error, setError] = useState<unknown>();
    useEffect(() => {
      if (page === undefined) {
        load().then((component) => {
          loaded = component;
          setPage(() => component);
        }, setError);
      }
    }, []);
    if (error !== undefined) {
      throw error;
    }
    const Page = page;
    return Page === undefined ? <p class="opening">{say(frame.opening)}</p> : <Page {...props} />;
  };
}
