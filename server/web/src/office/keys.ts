/** The keyboard: letters do what the page offers, unless somebody writes or a sheet is open. */

import { useLayoutEffect, useRef } from "preact/hooks";

export type Keys = Readonly<Record<string, (() => void) | undefined>>;

/** What is done with a key: by its letter, or its name such as `ArrowDown`. */
export function useKeys(keys: Keys): void {
  const now = useRef(keys);
  now.current = keys;
  // Before the page is on the screen: whoever sees it may press a key at once.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const done = isFree(event) ? now.current[event.key] : undefined;
      if (done !== undefined) {
        event.preventDefault();
        done();
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

/** Whether a key is for the page: nobody writes, nothing lies over it, and no key is held down with it. */
export function isFree(event: KeyboardEvent): boolean {
  const at = event.target instanceof Element ? event.target : undefined;
  const isWriting = at?.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") != null;
  const isHeld = event.ctrlKey || event.metaKey || event.altKey;
  return !event.defaultPrevented && !isWriting && !isHeld && document.querySelector("dialog[open]") === null;
}

/** Ctrl and Enter save from wherever one writes. */
export function onSaveKeys(save: (event: KeyboardEvent) => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save(event);
    }
  };
}

/** Goes a line down or up in the list on the page; the line has the focus then, and Enter opens it. */
export function moveLine(by: 1 | -1): void {
  const lines = [...document.querySelectorAll<HTMLElement>("[data-line]")].filter((line) => line.offsetParent !== null);
  const at = lines.findIndex((line) => line === document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, at + by));
  lines[next]?.focus();
  lines[next]?.scrollIntoView({ block: "nearest" });
}

/** The keys by which one moves in a list. */
export const MOVES: Keys = {
  j: () => moveLine(1),
  k: () => moveLine(-1),
  ArrowDown: () => moveLine(1),
  ArrowUp: () => moveLine(-1),
};
