/** What the page of a record shows because of what kind it is: code that comes when it is needed. */

import type { Reader } from "../../field/record/show.ts";
import type { RecordState } from "../../protocol/record.ts";
import type { Kind } from "../../protocol/schema.ts";
import { later } from "../../ui/later.tsx";

interface AboutProps {
  reader: Reader;
  kind: Kind;
  record: RecordState;
}

const BulletinBody = later<AboutProps>(() => import("../bulletins/body.tsx").then((file) => file.BulletinBody));
const FundEvent = later<AboutProps>(() => import("../funds/keys.tsx").then((file) => file.FundEvent));
const Ladder = later<AboutProps>(() => import("../findings/ladder.tsx").then((file) => file.Ladder));
const BeginHere = later<AboutProps>(() => import("../new/here.tsx").then((file) => file.BeginHere));

export function About(props: AboutProps) {
  switch (props.record.kind) {
    case "bulletin":
      return <BulletinBody {...props} />;
    case "fund_event":
      return <FundEvent {...props} />;
    case "finding":
      return <Ladder {...props} />;
    case "school":
    case "project":
      return <BeginHere {...props} />;
    default:
      return null;
  }
}
