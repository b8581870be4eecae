import type { ComponentChildren } from "preact";

interface NoticeProps {
  /** `good`: it is done. `told`: to know. `care`: somebody must do something. `bad`: it went wrong. */
  tone: "good" | "told" | "care" | "bad";
  title?: string;
  children?: ComponentChildren;
  /** Read out as soon as it appears. */
  live?: boolean;
}

/** Something to know: what happened, whether anything was lost, what to do. */
export function Notice({ tone, title, children, live }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} {...(live ? { role: tone === "bad" ? "alert" : "status" } : {})}>
      {title === undefined ? null : <p class="notice-title">{title}</p>}
      {children}
    </div>
  );
}

/** A page with nothing on it yet says what will be there and what to do next. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
