import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { useHand } from "../hands.ts";
import { frame } from "../words/frame.ts";
import { useWords } from "../words/language.ts";
import { Button } from "./button.tsx";

interface SheetProps {
  title: string;
  onClose: () => void;
  /** What closing it means, where that is what most people want. */
  close?: string;
  children: ComponentChildren;
}

/** Comes up from the lower edge over the page; the browser keeps the focus in it. */
export function Sheet({ title, onClose, close, children }: SheetProps) {
  const say = useWords();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useHand();
  // Opened as soon as it is drawn, before its owner says where in it the focus belongs: opening moves the focus, too.
  useLayoutEffect(() => {
    ref.current?.showModal?.();
  }, []);
  const leave = (event: MouseEvent) => event.target === ref.current && onClose();
  return (
    <dialog ref={ref} class="sheet" aria-labelledby={id} onClose={onClose} onClick={leave}>
      <div class="sheet-body">
        <h2 id={id}>{title}</h2>
        {children}
        <Button weight={close === undefined ? "quiet" : "main"} onClick={onClose}>
          {close ?? say(frame.close)}
        </Button>
      </div>
    </dialog>
  );
}
