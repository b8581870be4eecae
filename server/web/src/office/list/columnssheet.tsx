/** Which columns a list has, and in which order: remembered for whoever chose them. */

import { Button } from "../../ui/widgets/button.tsx";
import { Sheet } from "../../ui/widgets/sheet.tsx";
import { useWords } from "../../ui/words/language.ts";
import { list as words } from "../../ui/words/list.ts";
import { type Column, shifted } from "./columns.ts";

interface ColumnsProps {
  columns: readonly Column[];
  all: readonly Column[];
  nameOf: (column: Column) => string;
  /** Nothing means those that a list has when nobody chose. */
  onColumns: (columns: readonly Column[] | undefined) => void;
  onClose: () => void;
}

export function ColumnsSheet({ columns, all, nameOf, onColumns, onClose }: ColumnsProps) {
  const say = useWords();
  const others = all.filter((column) => !columns.includes(column));
  return (
    <Sheet title={say(words.columns)} onClose={onClose}>
      <ul class="plain columns-shown">
        {columns.map((column, place) => (
          <li key={column}>
            <label class="tick">
              <input type="checkbox" checked disabled={columns.length === 1} onChange={() => onColumns(columns.filter((other) => other !== column))} />
              <span>{nameOf(column)}</span>
            </label>
            <Button weight="quiet" label={say(words.earlierColumn, { name: nameOf(column) })} disabled={place === 0} onClick={() => onColumns(shifted(columns, column, -1))}>
              ↑
            </Button>
            <Button weight="quiet" label={say(words.laterColumn, { name: nameOf(column) })} disabled={place === columns.length - 1} onClick={() => onColumns(shifted(columns, column, 1))}>
              ↓
            </Button>
          </li>
        ))}
      </ul>
      {others.length === 0 ? null : (
        <>
          <h3>{say(words.otherColumns)}</h3>
          <ul class="plain columns-others">
            {others.map((column) => (
              <li key={column}>
                <label class="tick">
                  <input type="checkbox" checked={false} onChange={() => onColumns([...columns, column])} />
                  <span>{nameOf(column)}</span>
                </label>
              </li>
            ))}
          </ul>
        </>
      )}
      <Button onClick={() => onColumns(undefined)}>{say(words.plainColumns)}</Button>
    </Sheet>
  );
}
