import { useNamed } from "../named.ts";
import { form as words } from "../../../ui/words/form.ts";
import { useWords } from "../../../ui/words/language.ts";
import { Text } from "./text.tsx";

interface DivisionProps {
  value: string | undefined;
  onValue: (value: string | undefined) => void;
  labelledBy: string;
}

/** A county or township by its code: chosen by name where the names are known. */
export function Division({ value, onValue, labelledBy }: DivisionProps) {
  const say = useWords();
  const named = useNamed("division");
  if (named.length === 0 || (value !== undefined && !named.some(({ id }) => id === value))) {
    return <Text labelledBy={labelledBy} value={value ?? ""} onInput={(written) => onValue(written === "" ? undefined : written)} />;
  }
  return (
    <select class="input" aria-labelledby={labelledBy} value={value ?? ""} onChange={(event) => onValue(event.currentTarget.value || undefined)}>
      <option value="">{say(words.chooseOne)}</option>
      {named.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
