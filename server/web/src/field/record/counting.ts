/** What things are counted in: 台, 套, as the list of equipment says. */

import type { Field } from "../../protocol/schema.ts";
import { isText } from "../../protocol/values.ts";
import type { FieldName, Value } from "../../protocol/wire.ts";
import { textIn } from "./book.ts";
import type { Reader } from "./show.ts";

/** The word behind a number of things: by the record's own unit, or its item's. `said` is what stands in the record. */
export function countingWord(reader: Reader, field: Field, said: (name: FieldName) => Value | undefined): string | undefined {
  if (field.unit !== "piece") {
    return undefined;
  }
  const [own, item] = [said("unit"), said("item")];
  const goods = isText(item) ? reader.book.record(item) : undefined;
  const unit = isText(own) ? own : goods && textIn(goods, "unit");
  const choice = reader.book.schema.choices("unit").find(({ code }) => code === unit);
  // Behind a number it begins no sentence.
  return choice?.[reader.language] ?? unit;
}
