import { Empty } from "../../ui/widgets/notice.tsx";
import { record } from "../../ui/words/record.ts";
import { useWords } from "../../ui/words/language.ts";

export function RecordsPage() {
  const say = useWords();
  return (
    <Empty title={say(record.empty)}>
      <p>{say(record.emptyWhy)}</p>
    </Empty>
  );
}
