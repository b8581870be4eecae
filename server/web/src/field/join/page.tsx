import { Empty } from "../../ui/widgets/notice.tsx";
import { join } from "../../ui/words/join.ts";
import { useWords } from "../../ui/words/language.ts";

export function JoinPage(_: { code?: string }) {
  const say = useWords();
  return (
    <Empty title={say(join.title)} />
  );
}
