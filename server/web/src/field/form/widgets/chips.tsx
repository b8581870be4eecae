import { useState } from "preact/hooks";
import type { ChoiceList } from "../../../protocol/schema.ts";
import { labelOf } from "../../record/show.ts";
import { form as words } from "../../../ui/words/form.ts";
import { language, useWords } from "../../../ui/words/language.ts";

interface ChipsProps {
  choices: ChoiceList["choices"];
  value: string | undefined;
  /** Nothing: the choice was taken back. */
  onChoose: (code: string | undefined) => void;
  labelledBy: string;
  /** Whether something that is not offered may be written. */
  open?: boolean;
  /** How many are shown before the rest is asked for. */
  first?: number;
}

/** One of several, chosen with one tap; tapped again, it is taken back. */
export function Chips({ choices, value, onChoose, labelledBy, open, first = 8 }: ChipsProps) {
  const say = useWords();
  const isOffered = value === undefined || choices.some((choice) => choice.code === value);
  const [isWriting, setWriting] = useState(!isOffered);
  const [isWhole, setWhole] = useState(choices.length <= first + 2);
  const label = (choice: ChoiceList["choices"][number]) => labelOf(choice, language());
  const offered = isWhole ? choices : choices.filter((choice, place) => place < first || choice.code === value);
  return (
    <div class="chips" role="group" aria-labelledby={labelledBy}>
      {offered.map((choice) => (
        <button
          key={choice.code}
          type="button"
          class="chip"
          aria-pressed={choice.code === value}
          onClick={() => {
            setWriting(false);
            onChoose(choice.code === value ? undefined : choice.code);
          }}
        >
          {label(choice)}
        </button>
      ))}
      {isWhole ? null : (
        <button type="button" class="chip quiet" onClick={() => setWhole(true)}>
          {say(words.more)}
        </button>
      )}
      {open === true && isWhole && !isWriting ? (
        <button type="button" class="chip quiet" onClick={() => setWriting(true)}>
          {say(words.other)}
        </button>
      ) : null}
      {open === true && isWriting ? (
        <input
          class="input"
          type="text"
          value={isOffered ? "" : value}
          aria-labelledby={labelledBy}
          placeholder={say(words.writeOther)}
          onInput={(event) => onChoose(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
        />
      ) : null}
    </div>
  );
}
