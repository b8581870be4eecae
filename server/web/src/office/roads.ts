/** The office's pages are paths below `/office`; what a list shows stands in the query, so that it can be passed on. */

import { useEffect, useState } from "preact/hooks";
import { type Roads, joined, routeOf } from "../ui/route.ts";

const BASE = "/office";
const watchers = new Set<() => void>();

function moved(): void {
  watchers.forEach((watcher) => watcher());
}

/** Goes to an address of the office, with its query. */
export function travel(address: string, how: "on" | "instead" = "on"): void {
  if (address === `${location.pathname}${location.search}`) {
    return;
  }
  if (how === "on") {
    history.pushState(null, "", address);
    scrollTo(0, 0);
  } else {
    history.replaceState(null, "", address);
  }
  moved();
}

export const paths: Roads = {
  to: (route) => (route.length === 0 ? BASE : `${BASE}/${joined(route)}`),
  here: () => routeOf(location.pathname.slice(BASE.length)),
  go: (route) => travel(paths.to(route)),
  goInstead: (route) => travel(paths.to(route), "instead"),
  watch: (watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  },
};

/** What stands in the query of the address, and how to change it: each part by its name, nothing takes it out. */
export type Query = Readonly<Record<string, string>>;

export function queryOf(search: string): Query {
  return Object.fromEntries(new URLSearchParams(search));
}

/** The address of a page with a query. Parts that say nothing are left out. */
export function addressOf(page: string, query: Readonly<Record<string, string | undefined>>): string {
  const said = Object.entries(query).filter((part): part is [string, string] => part[1] !== undefined && part[1] !== "");
  const text = new URLSearchParams(said).toString();
  return text === "" ? page : `${page}?${text}`;
}

/** The query as it stands, and how to put other parts into it without leaving the page. */
export function useQuery(): [Query, (parts: Readonly<Record<string, string | undefined>>) => void] {
  const [search, setSearch] = useState(location.search);
  useEffect(() => paths.watch(() => setSearch(location.search)), []);
  const query = queryOf(search);
  const put = (parts: Readonly<Record<string, string | undefined>>) => travel(addressOf(location.pathname, { ...query, ...parts }), "instead");
  return [query, put];
}

/** Links between pages of the office open no page anew; those with a key held down do what the browser does. */
export function followLinks(page: Window): void {
  page.addEventListener("popstate", moved);
  page.document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!(link instanceof HTMLAnchorElement) || !isPlain || event.defaultPrevented || link.target !== "" || link.hasAttribute("download")) {
      return;
    }
    const { origin, pathname, search, hash } = new URL(link.href);
    // A place on the page itself is the browser's to find.
    if (hash !== "") {
      return;
    }
    if (origin === page.location.origin && (pathname === BASE || pathname.startsWith(`${BASE}/`))) {
      event.preventDefault();
      travel(`${pathname}${search}`);
    }
  });
}
