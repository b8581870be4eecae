import { useId } from "preact/hooks";

interface SecretProps {
  label: string;
  hint?: string;
  autoComplete: "current-password" | "new-password";
  value: string;
  onInput: (value: string) => void;
}

/** A password that is typed: nobody who looks on reads it, and managers of passwords know what it is. */
export function Secret({ label, hint, autoComplete, value, onInput }: SecretProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} class="soft">
          {hint}
        </p>
      )}
      <input id={id} class="text-line" type="password" autoComplete={autoComplete} value={value} onInput={(event) => onInput(event.currentTarget.value)} {...(hint === undefined ? {} : { "aria-describedby": `${id}-hint` })} />
    </div>
  );
}
