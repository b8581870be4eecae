import { useWords } from "../ui/words/language.ts";
import { type Mark, type Tag, markTag, stateTag } from "./states.ts";

export function TagShown({ tag }: { tag: Tag }) {
  return <span class={`tag ${tag.tone}`}>{tag.text}</span>;
}

export function StateTag({ kind, state }: { kind: string; state: string }) {
  return <TagShown tag={stateTag(useWords(), kind, state)} />;
}

interface MarksProps {
  marks: readonly Mark[];
  overdueDays?: number;
  ofDevice?: boolean;
}

export function MarkTags({ marks, overdueDays = 0, ofDevice = false }: MarksProps) {
  const say = useWords();
  return (
    <>
      {marks.map((mark, place) => (
        <TagShown key={place} tag={markTag(say, mark, { overdueDays, ofDevice })} />
      ))}
    </>
  );
}
