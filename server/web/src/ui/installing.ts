/** Putting the app on the home screen, where the browser lets a page offer that. */

import { useEffect, useState } from "preact/hooks";

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let offered: InstallPrompt | undefined;
const watchers = new Set<() => void>();

/** To be called before the page is drawn: browsers offer it once, early. */
export function awaitInstalling(page: Window): void {
  page.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    tell(event as InstallPrompt);
  });
  page.addEventListener("appinstalled", () => tell(undefined));
}

function tell(prompt: InstallPrompt | undefined): void {
  offered = prompt;
  watchers.forEach((watcher) => watcher());
}

/** Installs it; nothing where the browser does not offer that. */
export function useInstalling(): (() => void) | undefined {
  const [prompt, setPrompt] = useState(offered);
  useEffect(() => {
    const watcher = () => setPrompt(offered);
    // It may have been offered since this was drawn.
    watcher();
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
    };
  }, []);
  return prompt && (() => void prompt.prompt().then(() => tell(undefined)));
}
