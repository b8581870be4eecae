/** What the pages of schools and projects are put together from. */

import type { ComponentChildren } from "preact";

/** Facts in two columns; what is not known is left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  const known = facts.filter(([, value]) => value !== undefined && value !== "");
  return (
    <dl class="sheet-facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface SectionProps {
  id: string;
  title: string;
  /** Where all of it is. */
  more?: { href: string; text: string };
  children: ComponentChildren;
}

export function Section({ id, title, more, children }: SectionProps) {
  return (
    <section class="group" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{title}</h2>
        {more === undefined ? null : (
          <a class="no-print" href={more.href}>
            {more.text}
          </a>
        )}
      </div>
      {children}
    </section>
  );
}
