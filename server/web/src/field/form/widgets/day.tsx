import { form as words } from "../../../ui/words/form.ts";
import { day, month } from "../../../ui/words/dates.ts";
import { useWords } from "../../../ui/words/language.ts";
import { addDays } from "../days.ts";
import type { NearDay } from "../near.ts";
import { stamp } from "../../../protocol/stamp.ts";

interface DayProps {
  id?: string;
  value: string | undefined;
  onValue: (value: string | undefined) => void;
  labelledBy?: string;
  label?: string;
  /** Days that are one tap away, as offsets from today. */
  near?: readonly NearDay[];
  today: string;
}

/** A day: the near ones as chips, any other by the browser's own calendar. */
export function Day({ id, value, onValue, labelledBy, label, near = [], today }: DayProps) {
  const say = useWords();
  return (
    <div class="chips">
      {near.map((one) => {
        const date = addDays(today, one.days);
        return (
          <button key={one.days} type="button" class="chip" aria-pressed={date === value} onClick={() => onValue(date)}>
            {say(words[one.label])}
          </button>
        );
      })}
      <input
        id={id}
        class="input date"
        type="date"
        value={value ?? ""}
        aria-labelledby={labelledBy}
        aria-label={label}
        onInput={(event) => onValue(event.currentTarget.value || undefined)}
      />
      {value === undefined ? null : <span class="soft">{day(value)}</span>}
    </div>
  );
}

/** A month, by year and month: some browsers have no calendar of months. */
export function Month({ id, value, onValue, labelledBy, today }: Omit<DayProps, "near">) {
  const months = Array.from({ length: 15 }, (_, back) => monthBefore(today, back));
  const offered = value === undefined || months.includes(value) ? months : [value, ...months];
  return (
    <select
      id={id}
      class="input"
      aria-labelledby={labelledBy}
      value={value ?? ""}
      onChange={(event) => onValue(event.currentTarget.value || undefined)}
    >
      <option value="" />
      {offered.map((one) => (
        <option key={one} value={one}>
          {month(one)}
        </option>
      ))}
    </select>
  );
}

function monthBefore(today: string, back: number): string {
  const [year = 0, number = 1] = today.split("-").map(Number);
  const months = year * 12 + (number - 1) - back;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}`;
}

/** A time of the day. */
export function Time({ id, value, onValue, labelledBy, label }: Omit<DayProps, "near" | "today">) {
  return (
    <input
      id={id}
      class="input date"
      type="time"
      value={value ?? ""}
      aria-labelledby={labelledBy}
      aria-label={label}
      onInput={(event) => onValue(event.currentTarget.value.slice(0, 5) || undefined)}
    />
  );
}

/** A moment: now with one tap, any other by the browser's own clock. */
export function Moment({ id, value, onValue, labelledBy, label }: Omit<DayProps, "near" | "today">) {
  const say = useWords();
  const at = value === undefined ? undefined : new Date(value);
  const local = at === undefined || Number.isNaN(at.getTime()) ? "" : stamp(at).slice(0, 16);
  return (
    <div class="chips">
      <button type="button" class="chip" onClick={() => onValue(stamp(new Date()))}>
        {say(words.now)}
      </button>
      <input
        id={id}
        class="input date moment"
        type="datetime-local"
        value={local}
        aria-labelledby={labelledBy}
        aria-label={label}
        onInput={(event) => {
          const when = new Date(event.currentTarget.value);
          onValue(Number.isNaN(when.getTime()) ? undefined : stamp(when));
        }}
      />
    </div>
  );
}
