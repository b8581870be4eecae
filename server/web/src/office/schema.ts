/** The kinds of records and their words, as they lie on the device. */

import { useMemo } from "preact/hooks";
import { labelOf } from "../field/record/show.ts";
import { Schema, type WireSchema } from "../protocol/schema.ts";
import { useHouse } from "../ui/house.ts";
import { useLive } from "../ui/live.ts";
import { language } from "../ui/words/language.ts";

/** Nothing until it was read from the device. */
export function useSchema(): Schema | undefined {
  const { device } = useHouse();
  const wire = useLive(() => device.paper<WireSchema>("schema"), [], ["papers"]);
  return useMemo(() => wire && new Schema(wire), [wire]);
}

/** What a code of a list is called; the code itself where the list does not have it. */
export function codeWord(schema: Schema | undefined, list: string, code: string): string {
  const choice = schema?.choices(list).find((one) => one.code === code);
  return choice === undefined ? code : labelOf(choice, language());
}
