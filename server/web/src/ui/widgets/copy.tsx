import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { join } from "../words/join.ts";
import { useWords } from "../words/language.ts";
import { Button } from "./button.tsx";

/** Copies a text, and says so. */
export function CopyButton({ text, children }: { text: string; children: ComponentChildren }) {
  const say = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = () => void copied(text).then(setCopied);
  return (
    <>
      <Button onClick={copy}>{children}</Button>
      <span class="soft" role="status">
        {isCopied ? say(join.copied) : ""}
      </span>
    </>
  );
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text);
  }
}

/** For browsers that let no page near the clipboard but by a selection. */
function copiedTheOldWay(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "spoken";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
