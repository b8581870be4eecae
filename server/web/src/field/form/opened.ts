/** What the page of a form opens: its book, its session, and whether another window shows the same. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Device } from "../../db/device.ts";
import { isText } from "../../protocol/values.ts";
import type { Uuid } from "../../protocol/wire.ts";
import { view } from "../../sync/phone.ts";
import { type FormOf, openForForm } from "../record/around.ts";
import { type Book, type Papers, openBook, papersOf, textIn } from "../record/book.ts";
import { formIn } from "./begin.ts";
import { Session, type Standing } from "./session.ts";

/** Opens the book for the form of a record, or for choosing where one begins. */
export async function openFor(device: Device, kind: string, id: Uuid | undefined): Promise<Book | undefined> {
  if (id === undefined) {
    return openBook(device, ["checklist"]);
  }
  const papers = await papersOf(device);
  return papers && openForForm(device, papers, kind, await placeOf(device, papers, kind, id));
}

/** Where a form's record belongs: by what is written in the form, by the record, by where the office has it. */
async function placeOf(device: Device, { phone }: Papers, kind: string, id: Uuid): Promise<FormOf> {
  const [draft, row] = await Promise.all([device.drafts.of(id), device.row(id)]);
  const single = formIn(draft)?.single ?? {};
  const record = view(phone, row, id, kind);
  const said = (name: "project" | "school") => (isText(single[name]) ? single[name] : (textIn(record, name) ?? row?.[name] ?? undefined));
  const itself = (name: string) => (kind === name && record.fields.size > 0 ? id : undefined);
  const project = itself("project") ?? said("project");
  const school = itself("school") ?? said("school") ?? (project === undefined ? undefined : await schoolOf(device, project));
  return { id, ...(project === undefined ? {} : { project }), ...(school === undefined ? {} : { school }) };
}

async function schoolOf(device: Device, project: Uuid): Promise<Uuid | undefined> {
  const row = await device.row(project);
  return row?.fields["school"]?.map(({ value }) => value).find(isText);
}

/** Opens the form of a record; nothing until it is there. */
export function useSession(device: Device, book: Book, kind: string, id: Uuid): [Session, Standing] | undefined {
  const [session, setSession] = useState<Session>();
  const [standing, setStanding] = useState<Standing>();
  const [fault, setFault] = useState<{ error: unknown }>();
  const isLeft = useRef(false);
  useLayoutEffect(() => {
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
