/** Opens a record for a page of the office: the server's answer, what stands around it, and one's own outbox over it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { openAround } from "../../field/record/around.ts";
import { type Book, kindOf } from "../../field/record/book.ts";
import { useHouse } from "../../ui/house.ts";
import { useLive } from "../../ui/live.ts";
import { type Answer, useAnswer } from "../answers.ts";
import { useOffice } from "../house.ts";
import { type RecordView, pathOf } from "./answer.ts";
import { readAround } from "./around.ts";

export interface Opened {
  answer: Answer<RecordView>;
  /** The record with what stands around it; nothing before it was ever read. */
  book?: Book;
  /** Whether all that it speaks of has come. */
  isWhole: boolean;
}

export function useOpened(id: string): Opened {
  const { device } = useHouse();
  const { answers } = useOffice();
  const answer = useAnswer<RecordView>(pathOf(id));
  const [isWhole, setWhole] = useState(false);
  const row = answer.value?.record;
  const isFresh = answer.state === "fresh";
  const read = useRef<string | undefined>(undefined);
  useEffect(() => {
    const name = `${id}/${row?.seq}/${isFresh}`;
    if (row === undefined || row.id !== id || read.current === name) {
      return;
    }
    read.current = name;
    const take = async () => {
      await device.keepRows([row]);
      if (isFresh) {
        await readAround(device, (question) => answers.once(question), row);
      }
      setWhole(true);
    };
    void take().catch(() => setWhole(true));
  }, [id, row?.id, row?.seq, isFresh]);
  const book = useLive(
    async () => {
      const kind = await kindOf(device, id);
      return kind === undefined ? undefined : openAround(device, id, kind);
    },
    [id],
    ["device", "rows", "papers"],
  );
  const isOfThis = book?.record(id) !== undefined;
  return { answer, isWhole, ...(book === undefined || !isOfThis ? {} : { book }) };
}
