import { useId } from "preact/hooks";

interface TextLineProps {
  label: string;
  hint?: string;
  value: string;
  onInput: (value: string) => void;
  /** Letters and digits that no keyboard should correct. */
  isCode?: boolean;
}

/** A line of text with its label over it and a hint under that. */
export function TextLine({ label, hint, value, onInput, isCode }: TextLineProps) {
  const id = useId();
  const asCode = { autoCapitalize: "characters", autoComplete: "off", autoCorrect: "off", spellcheck: false } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} class="soft">
          {hint}
        </p>
      )}
      <input
        id={id}
        class="text-line"
        type="text"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        {...(hint === undefined ? {} : { "aria-describedby": `${id}-hint` })}
        {...(isCode ? asCode : {})}
      />
    </div>
  );
}
