/** Whether the browser promises to keep what is here, and how much there is. */

export interface Storage {
  /** `kept`: until the owner says otherwise. `lent`: it may be taken when room runs out. */
  promise: "kept" | "lent" | "unknown";
  /** In bytes; nothing where the browser does not say. */
  used?: number;
  room?: number;
}

/** As much of `navigator.storage` as is used; old Safari has none of it. */
type StorageManagerLike = Partial<Pick<StorageManager, "persist" | "persisted" | "estimate">>;

/** Asks the browser to keep it. Some ask the owner, some decide by themselves. */
export async function askToKeep(storage: StorageManagerLike | undefined): Promise<Storage["promise"]> {
  return promised(storage?.persist?.());
}

export async function storageOf(storage: StorageManagerLike | undefined): Promise<Storage> {
  const promise = await promised(storage?.persisted?.());
  const estimate = await storage?.estimate?.().catch(() => undefined);
  return {
    promise,
    ...(estimate?.usage === undefined ? {} : { used: estimate.usage }),
    ...(estimate?.quota === undefined ? {} : { room: estimate.quota }),
  };
}

async function promised(answer: Promise<boolean> | undefined): Promise<Storage["promise"]> {
  const isKept = await answer?.catch(() => undefined);
  return isKept === undefined ? "unknown" : isKept ? "kept" : "lent";
}
