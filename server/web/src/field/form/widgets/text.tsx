import { useLayoutEffect, useRef } from "preact/hooks";
import { isTooLong } from "../../../protocol/change.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";

interface TextProps {
  id?: string;
  value: string;
  onInput: (text: string) => void;
  labelledBy?: string;
  label?: string;
  placeholder?: string;
  describedBy?: string | undefined;
  invalid?: boolean;
}

/** Text that grows with what is written: nobody scrolls inside of a small box. */
export function Text({ id, value, onInput, labelledBy, label, placeholder, describedBy, invalid }: TextProps) {
  const say = useWords();
  const isLong = isTooLong(value);
  const ref = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = ref.current;
    // Measuring makes the browser lay out the whole page, once for each line of a form: what is empty needs none.
    if (area !== null && value === "") {
      area.rows = 1;
    } else if (area !== null && area.scrollHeight > 0) {
      // Rows and not a style: the page's policy allows no inline style.
      const line = Number.parseFloat(getComputedStyle(area).lineHeight) || 24;
      area.rows = 1;
      area.rows = Math.min(12, Math.max(1, Math.round((area.scrollHeight - 20) / line)));
    }
  }, [value]);
  return (
    <>
      <textarea
        ref={ref}
        id={id}
        class="input text"
        rows={1}
        value={value}
        aria-labelledby={labelledBy}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={invalid === true || isLong}
        placeholder={placeholder}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {isLong ? (
        <p class="wrong" role="alert">
          {say(words.longHere)}
        </p>
      ) : null}
    </>
  );
}
