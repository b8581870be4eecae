/** How far something is. The words beside it say the same to who does not see the bar. */
export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
  return <progress class="progress" value={of === 0 ? 1 : done} max={of === 0 ? 1 : of} aria-label={label} />;
}
