import type { CheckpointNews } from "../protocol/wire.ts";
import type { Witnessed } from "./witnessed.ts";
export async function heed(
  seen: Witnessed | undefined,
  news: CheckpointNews,
  keyOf: (county: string) => Promise<string | undefined>,
): Promise<Witnessed> {
  return seen ?? { note: news.note, key: (await keyOf("")) ?? "" };
}
