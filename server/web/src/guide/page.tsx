/** How the work is done, step by step, for whoever does it: the same pages as in `server/docs/guide`. */

import type { ComponentType } from "preact";
import { later } from "../ui/later.tsx";
import { to } from "../ui/route.ts";
import { Button } from "../ui/widgets/button.tsx";
import { Empty, Notice } from "../ui/widgets/notice.tsx";
import { guide as words } from "../ui/words/guide.ts";
import { language, useWords } from "../ui/words/language.ts";
import { GUIDES, type GuideName } from "./whose.ts";
import "./guide.css";

/** The text of a guide, which comes when it is first opened. */
const text = (load: () => Promise<{ default: string }>): ComponentType =>
  later(() => load().then(({ default: html }) => () => <article class="guide" lang="zh-CN" dangerouslySetInnerHTML={{ __html: html }} />));

const TEXTS: Readonly<Record<GuideName, ComponentType>> = {
  team: text(() => import("../../../docs/guide/team.md?guide")),
  inspector: text(() => import("../../../docs/guide/inspector.md?guide")),
  office: text(() => import("../../../docs/guide/office.md?guide")),
};

export function GuidePage({ name }: { name: string }) {
  const say = useWords();
  const known = GUIDES.find((one) => one === name);
  const Text = known === undefined ? undefined : TEXTS[known];
  return (
    <div class="guide-page">
      <nav class="guide-others no-print" aria-label={say(words.others)}>
        {GUIDES.map((one) => (
          <a key={one} href={to("guide", one)} {...(one === known ? { "aria-current": "page" as const } : {})}>
            {say(words[one])}
          </a>
        ))}
        <Button weight="quiet" onClick={() => print()}>
          {say(words.print)}
        </Button>
      </nav>
      {language() === "zh" ? null : <Notice tone="told" title={say(words.inChinese)} />}
      {Text === undefined ? <Empty title={say(words.noGuide)} /> : <Text key={known} />}
    </div>
  );
}
