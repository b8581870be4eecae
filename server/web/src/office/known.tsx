/** What every page says of what it shows: how old it is, that it cannot be had, or that it is coming. */

import type { ComponentChildren } from "preact";
import { ButtonLink } from "../ui/widgets/button.tsx";
import { Empty, Notice } from "../ui/widgets/notice.tsx";
import { moment } from "../ui/words/dates.ts";
import { frame } from "../ui/words/frame.ts";
import { useWords } from "../ui/words/language.ts";
import { office as words } from "../ui/words/office.ts";
import type { Answer } from "./answers.ts";
import { paths } from "./roads.ts";

/** As of when a page stands; said in full where it is not what the server would say now. */
export function AsOf({ answer }: { answer: Answer<unknown> }) {
  const say = useWords();
  if (answer.at === undefined) {
    return null;
  }
  const at = moment(answer.at, new Date());
  return answer.state === "no_line" ? (
    <p class="as-of care" role="status">
      {answer.problem === undefined ? say(words.asOfNoLine, { at }) : say(words.asOfBusy, { at, why: answer.problem.detail })}
    </p>
  ) : (
    <p class="as-of">{say(words.asOf, { at })}</p>
  );
}

interface KnownProps<T> {
  answer: Answer<T>;
  children: (value: T) => ComponentChildren;
}

/** Draws a page over what was answered; or says why there is nothing to draw. */
export function Known<T>({ answer, children }: KnownProps<T>) {
  const say = useWords();
  if (answer.value !== undefined) {
    return <>{children(answer.value)}</>;
  }
  switch (answer.state) {
    case "no_line":
      return <Notice tone="care" title={answer.problem?.detail ?? say(words.noLineNothing)} live />;
    case "refused":
      return answer.problem?.status === 401 ? (
        <p class="opening">{say(frame.opening)}</p>
      ) : (
        <Empty title={answer.problem?.status === 404 ? say(words.notHere) : say(words.refusedTitle)}>
          {answer.problem?.status === 404 ? null : <p>{answer.problem?.detail}</p>}
          <ButtonLink href={paths.to([])} weight="main">
            {say(words.backToDesk)}
          </ButtonLink>
        </Empty>
      );
    default:
      return <p class="opening">{say(frame.opening)}</p>;
  }
}
