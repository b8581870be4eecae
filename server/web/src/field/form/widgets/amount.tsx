import { useState } from "preact/hooks";
import { form as words } from "../../../ui/words/form.ts";
import { language, useWords } from "../../../ui/words/language.ts";
import { countsInWan, readNumber, readQuantity, showQuantity, signOf, writeQuantity } from "../quantity.ts";

interface AmountProps {
  id?: string;
  value: number | undefined;
  /** What was typed and is no number yet. */
  typed: string | undefined;
  unit?: string | undefined;
  /** What stands behind it where the unit has no sign of its own. */
  sign?: string | undefined;
  /** Whether it may have decimals beyond its unit. */
  broken?: boolean;
  within?: { min: number; max: number };
  onValue: (value: number | undefined) => void;
  onTyped: (text: string) => void;
  labelledBy?: string;
  label?: string;
}

/** A number as people write it, `1.5万`; what it is read as stands below. */
export function Amount(props: AmountProps) {
  const { id, value, typed, unit, broken, within, onValue, onTyped, labelledBy, label } = props;
  const say = useWords();
  // While somebody types `1.50`, what they typed stands there and not `1.5`.
  const [own, setOwn] = useState<{ text: string; value: number | undefined }>();
  const isOwn = own !== undefined && own.value === value && typed === undefined;
  const text = typed ?? (isOwn ? own.text : value === undefined ? "" : writeQuantity(value, unit));
  const read = (text: string) => {
    const number = broken === true ? readNumber(text) : readQuantity(text, unit);
    const fits = number !== undefined && (within === undefined || (number >= within.min && number <= within.max));
    if (text.trim() === "") {
      onValue(undefined);
      setOwn(undefined);
    } else if (fits) {
      onValue(number);
      setOwn({ text, value: number });
    } else {
      onTyped(text);
    }
  };
  const sign = props.sign ?? signOf(unit, language()).trim();
  const isSpelt = countsInWan(unit) && value !== undefined && value >= 1_000_000;
  return (
    <div class="amount">
      <div class="amount-line">
        <input
          id={id}
          class="input"
          type="text"
          inputMode="decimal"
          autocomplete="off"
          value={text}
          aria-labelledby={labelledBy}
          aria-label={label}
          aria-invalid={typed !== undefined && typed.trim() !== ""}
          onInput={(event) => read(event.currentTarget.value)}
        />
        {sign === "" ? null : <span class="amount-unit">{sign}</span>}
      </div>
      {typed !== undefined && typed.trim() !== "" ? <p class="wrong">{say(countsInWan(unit) ? words.notAnAmount : words.notANumber)}</p> : null}
      {isSpelt ? <p class="soft">{say(words.readAs, { amount: showQuantity(value, unit, language()) })}</p> : null}
    </div>
  );
}
