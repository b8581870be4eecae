/** What every page has at hand. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Device } from "../db/device.ts";
import type { Runner, SyncState } from "../sync/runner.ts";
import type { Hands } from "./hands.ts";
import type { Update } from "./update.ts";

interface House {
  device: Device;
  runner: Runner;
  update: Update;
  hands: Hands;
}

const Context = createContext<House | undefined>(undefined);

export const HouseProvider = Context.Provider;

export function useHouse(): House {
  const house = useContext(Context);
  if (house === undefined) {
    throw new Error("a page stands outside of the house");
  }
  return house;
}

/** How things stand between here and the office, always as they are now. */
export function useSync(): SyncState {
  const { runner } = useHouse();
  return useWatched(runner, () => runner.state());
}

/** What something that can be watched says of itself. */
export function useWatched<T>(it: { watch(watcher: () => void): () => void }, look: () => T): T {
  const [state, setState] = useState(look);
  useEffect(() => {
    const see = () => setState(look());
    see();
    return it.watch(see);
  }, [it]);
  return state;
}
