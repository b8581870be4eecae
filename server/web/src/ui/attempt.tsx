import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Notice } from "./widgets/notice.tsx";
import { frame } from "./words/frame.ts";
import { useWords } from "./words/language.ts";

/**
 * Tries what a tap asks for and has to be kept on the device: gives back how to try, and what is said
 * where it could not be kept. A tap that does nothing is tapped again and again.
 */
export function useAttempt(): [attempt: (work: () => Promise<void>) => void, failed: ComponentChildren] {
  const say = useWords();
  const [isFailed, setFailed] = useState(false);
  const attempt = (work: () => Promise<void>) => {
    setFailed(false);
    work().catch(() => setFailed(true));
  };
  const failed = isFailed ? (
    <Notice tone="bad" title={say(frame.noRoom)} live>
      <p>{say(frame.noRoomWhy)}</p>
    </Notice>
  ) : null;
  return [attempt, failed];
}
