import { useEffect } from "preact/hooks";

/** What the page is called in the browser's tab and on paper, as long as it is open. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) {
      return undefined;
    }
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}
