/** The session of the form that a page shows, and whether another window shows the same. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Device } from "../../db/device.ts";
import type { Uuid } from "../../protocol/wire.ts";
import type { Book } from "../record/book.ts";
import { Session, type Standing } from "./session.ts";

/** Opens the form of a record; nothing until it is there. */
export function useSession(device: Device, book: Book, kind: string, id: Uuid): [Session, Standing] | undefined {
  const [session, setSession] = useState<Session>();
  const [standing, setStanding] = useState<Standing>();
  const [fault, setFault] = useState<{ error: unknown }>();
  const isLeft = useRef(false);
  useEffect(() => {
    const opening = Session.open(device, book, kind, id).then(
      (session) => {
        if (!isLeft.current) {
          session.watch(() => setStanding(session.standing()));
          setStanding(session.standing());
          setSession(session);
        }
        return session;
      },
      (error: unknown) => void setFault({ error }),
    );
    return () => {
      isLeft.current = true;
      void opening.then((session) => session?.leave());
    };
  }, []);
  useEffect(() => session?.renew(book), [book, session]);
  if (fault !== undefined) {
    throw fault.error;
  }
  return session === undefined || standing === undefined ? undefined : [session, standing];
}

/** Whether another window has this form open, where the browser has the locks by which that is seen. */
export function useElsewhere(id: Uuid): boolean {
  const [isElsewhere, setElsewhere] = useState(false);
  useEffect(() => {
    const locks = navigator.locks as LockManager | undefined;
    const left = new AbortController();
    const isHere = new Promise<void>((resolve) => left.signal.addEventListener("abort", () => resolve()));
    const hold = () => {
      setElsewhere(false);
      return isHere;
    };
    const name = `siteledger/form/${id}`;
    void locks?.request(name, { ifAvailable: true }, (lock) => (lock === null ? setElsewhere(true) : hold()));
    // Queued behind whoever has it, this window has it once that one is closed.
    void locks?.request(name, { signal: left.signal }, hold).catch(() => undefined);
    return () => left.abort();
  }, [id]);
  return isElsewhere;
}
