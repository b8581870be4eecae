import { CopyButton } from "../../ui/widgets/copy.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { useWords } from "../../ui/words/language.ts";

/** A password that was just made: it stands here once and nowhere else. */
export function Password({ value }: { value: string }) {
  const say = useWords();
  return (
    <section class="card shown-once" aria-labelledby="new-password">
      <h2 id="new-password">{say(words.passwordIs)}</h2>
      <p>
        <output class="secret">{value}</output>
      </p>
      <p class="soft">{say(words.passwordHow)}</p>
      <div class="row">
        <CopyButton text={value}>{say(words.copy)}</CopyButton>
      </div>
    </section>
  );
}
