import { Empty } from "../../ui/widgets/notice.tsx";
import { record } from "../../ui/words/record.ts";
import { useWords } from "../../ui/words/language.ts";

export function RecordPage(_: { id: string }) {
  const say = useWords();
  return (
    <Empty title={say(record.empty)}>
      <p>{say(record.emptyWhy)}</p>
    </Empty>
  );
}
