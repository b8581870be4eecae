/** What every page has at hand. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Device } from "../db/device.ts";

export interface House {
  device: Device;
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
