import type { ComponentChildren } from "preact";

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  /** The one that most people want is `main`; what cannot be undone is `danger`. */
  weight?: "main" | "plain" | "quiet" | "danger";
  type?: "button" | "submit";
  disabled?: boolean;
  /** What it does, where its own words do not say it. */
  label?: string;
}

export function Button({ children, onClick, weight = "plain", type = "button", disabled, label }: ButtonProps) {
  return (
    <button type={type} class={`button ${weight}`} onClick={onClick} disabled={disabled} aria-label={label}>
      {children}
    </button>
  );
}

/** Looks like a button and leads to a page. */
export function ButtonLink({ children, href, weight = "plain" }: { children: ComponentChildren; href: string; weight?: "main" | "plain" | "quiet" }) {
  return (
    <a class={`button ${weight}`} href={href}>
      {children}
    </a>
  );
}
