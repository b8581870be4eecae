/** A bar beside a number that is written out: drawn, so that it prints, and read by nobody. */

interface BarProps {
  /** How much of the whole, in percent. Above the whole the bar is full and has a mark at its end. */
  share: number;
}

const FULL = 100;

export function Bar({ share }: BarProps) {
  const width = Math.min(FULL, Math.max(0, share));
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-whole" width={FULL} height="8" />
      <rect class="bar-part" width={width} height="8" />
      {share > FULL ? <rect class="bar-over" x="94" width="6" height="8" /> : null}
    </svg>
  );
}
