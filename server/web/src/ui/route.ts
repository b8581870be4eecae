/** Where one is: the part of the address behind `#`, which is never sent to a server. */

import { useEffect, useState } from "preact/hooks";

/** `#/record/0198…` is `["record", "0198…"]`; the front page is `[]`. */
export type Route = readonly string[];

export function routeOf(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, "").split("/");
  return parts.filter((part) => part !== "").map(decoded);
}

function decoded(part: string): string {
  // Half of an escaped letter, as from a link cut short in a message, is no reason to show nothing.
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a page, for `href`: `to("record", id)`. */
export function to(...route: Route): string {
  return `#/${route.map(encodeURIComponent).join("/")}`;
}

export function go(...route: Route): void {
  location.hash = to(...route);
}

/** Goes there without a way back to here. */
export function goInstead(...route: Route): void {
  location.replace(to(...route));
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = () => setHash(location.hash);
    // Between drawing and this, a slow phone may have been told to go elsewhere.
    moved();
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return routeOf(hash);
}
