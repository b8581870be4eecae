import { Empty } from "../../ui/widgets/notice.tsx";
import { line } from "../../ui/words/line.ts";
import { useWords } from "../../ui/words/language.ts";

export function LinePage() {
  const say = useWords();
  return (
    <Empty title={say(line.empty)}>
      <p>{say(line.emptyWhy)}</p>
    </Empty>
  );
}
