/** The kinds of records and their words, as they lie on the device. */

import { useMemo } from "preact/hooks";
import { Schema, type WireSchema } from "../protocol/schema.ts";
import { useHouse } from "../ui/house.ts";
import { useLive } from "../ui/live.ts";

/** Nothing until it was read from the device. */
export function useSchema(): Schema | undefined {
  const { device } = useHouse();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  return useMemo(() => wire && new Schema(wire), [wire]);
}
