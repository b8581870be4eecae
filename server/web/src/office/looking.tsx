import { useEffect, useRef, useState } from "preact/hooks";

/** How long somebody pauses before what they typed is looked for, in milliseconds. */
const PAUSE_MS = 250;

interface LookingProps {
  label: string;
  value: string;
  onLook: (text: string) => void;
}

/** What is looked for among the lines of a list: asked once somebody pauses, and at once by Enter. */
export function Looking({ label, value, onLook }: LookingProps) {
  const [text, setText] = useState(value);
  // By the time that somebody has paused, something else of the address may have been chosen.
  const look = useRef(onLook);
  look.current = onLook;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) {
      return undefined;
    }
    const timer = setTimeout(() => look.current(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label class="filter">
      <span>{label}</span>
      <input class="input" type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={({ key }) => key === "Enter" && onLook(text)} />
    </label>
  );
}
