import { useState } from "preact/hooks";
import { Button } from "../../ui/widgets/button.tsx";
import { Notice } from "../../ui/widgets/notice.tsx";
import { useWords } from "../../ui/words/language.ts";
import { settings as words } from "../../ui/words/settings.ts";
import { useDeed } from "../users/deed.ts";
import { lackOf } from "./account.ts";
import { Secret } from "./secret.tsx";

/** Another password of one's own. What is typed here is kept nowhere. */
export function PasswordChange() {
  const say = useWords();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const [isChanged, setChanged] = useState(false);
  const [lack, setLack] = useState<ReturnType<typeof lackOf>>();
  const { isBusy, refused, act } = useDeed();
  const change = async () => {
    const lack = lackOf(fresh, again);
    setLack(lack);
    setChanged(false);
    if (lack === undefined && (await act({ method: "POST", path: "/api/v1/me/password", body: { old, new: fresh } })) !== undefined) {
      [setOld, setFresh, setAgain].forEach((set) => set(""));
      setChanged(true);
    }
  };
  const wrong = lack === undefined ? refused : say(words[lack]);
  return (
    <form class="form-card" onSubmit={(event) => (event.preventDefault(), void change())}>
      <Secret label={say(words.old)} autoComplete="current-password" value={old} onInput={setOld} />
      <Secret label={say(words.fresh)} hint={say(words.freshHint)} autoComplete="new-password" value={fresh} onInput={setFresh} />
      <Secret label={say(words.again)} autoComplete="new-password" value={again} onInput={setAgain} />
      {wrong === undefined ? null : (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      {isChanged ? <Notice tone="good" title={say(words.changed)} live /> : null}
      <div class="row">
        <Button type="submit" weight="main" disabled={isBusy || old === "" || fresh === "" || again === ""}>
          {say(isBusy ? words.working : words.change)}
        </Button>
      </div>
    </form>
  );
}
