import { Empty } from "../../ui/widgets/notice.tsx";
import { today } from "../../ui/words/today.ts";
import { useWords } from "../../ui/words/language.ts";

export function TodayPage() {
  const say = useWords();
  return (
    <Empty title={say(today.empty)}>
      <p>{say(today.emptyWhy)}</p>
    </Empty>
  );
}
