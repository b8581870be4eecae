/**
 * Where one is, and how one goes elsewhere. The phone's pages lie behind `#` in the address, which is never
 * sent to a server; the office's are paths. A page asks nothing of that: it names where it leads to.
 */

import { useEffect, useState } from "preact/hooks";

/** `#/record/0198…` is `["record", "0198…"]`; the front page is `[]`. */
export type Route = readonly string[];

/** How the pages of an app are addressed. */
export interface Roads {
  /** The address of a page, for `href`. */
  to(route: Route): string;
  here(): Route;
  go(route: Route): void;
  /** Goes there without a way back to here. */
  goInstead(route: Route): void;
  /** Calls back whenever `here()` is another. Gives back how to stop it. */
  watch(moved: () => void): () => void;
}

const behindHash: Roads = {
  to: (route) => `#/${joined(route)}`,
  here: () => routeOf(location.hash),
  go: (route) => {
    location.hash = behindHash.to(route);
  },
  goInstead: (route) => location.replace(behindHash.to(route)),
  watch: (moved) => {
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  },
};

let roads = behindHash;

/** The app's pages are addressed so from now on. */
export function travelBy(others: Roads): void {
  roads = others;
}

export function routeOf(address: string): Route {
  const parts = address.replace(/^#?\/?/, "").split("/");
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

/** The parts of a route as they stand in an address. */
export function joined(route: Route): string {
  return route.map(encodeURIComponent).join("/");
}

/** The address of a page, for `href`: `to("record", id)`. */
export function to(...route: Route): string {
  return roads.to(route);
}

export function go(...route: Route): void {
  roads.go(route);
}

/** Goes there without a way back to here. */
export function goInstead(...route: Route): void {
  roads.goInstead(route);
}

export function useRoute(): Route {
  const [address, setAddress] = useState(() => joined(roads.here()));
  useEffect(() => {
    const moved = () => setAddress(joined(roads.here()));
    // Between drawing and this, a slow phone may have been told to go elsewhere.
    moved();
    return roads.watch(moved);
  }, []);
  return routeOf(address);
}
