import { Empty } from "../../ui/widgets/notice.tsx";
import { form } from "../../ui/words/form.ts";
import { useWords } from "../../ui/words/language.ts";

export function FormPage(_: { kind: string; id?: string }) {
  const say = useWords();
  return (
    <Empty title={say(form.empty)} />
  );
}
