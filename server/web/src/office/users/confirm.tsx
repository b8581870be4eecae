import type { ComponentChildren } from "preact";
import { Button } from "../../ui/widgets/button.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { useWords } from "../../ui/words/language.ts";

interface ConfirmProps {
  title: string;
  /** What the button says that does it. */
  now: string;
  isBusy: boolean;
  refused: string | undefined;
  onNow: () => void;
  onClose: () => void;
  children: ComponentChildren;
}

/** Asks once more before something that somebody would notice. */
export function Confirm({ title, now, isBusy, refused, onNow, onClose, children }: ConfirmProps) {
  const say = useWords();
  return (
    <Sheet title={title} onClose={onClose}>
      {children}
      {refused === undefined ? null : (
        <p class="wrong" role="alert">
          {refused}
        </p>
      )}
      <Button weight="danger" disabled={isBusy} onClick={onNow}>
        {isBusy ? say(words.working) : now}
      </Button>
    </Sheet>
  );
}
