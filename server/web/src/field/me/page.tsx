import { Empty } from "../../ui/widgets/notice.tsx";
import { me } from "../../ui/words/me.ts";
import { useWords } from "../../ui/words/language.ts";

export function MePage() {
  const say = useWords();
  return (
    <Empty title={say(me.language)} />
  );
}
