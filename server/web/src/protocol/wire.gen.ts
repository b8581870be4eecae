// Written by `UPDATE_WIRE_TYPES=1 cargo test -p sync-protocol typescript`, from the types in Rust.

/**
 * One document about one thing: a diary, a finding, a school.
 */
export type RecordId = string;

/**
 * What one person did in one go on one device; normally a `UUIDv7` made there.
 */
export type ChangeId = string;

/**
 * A person with an account.
 */
export type UserId = string;

/**
 * An enrolled phone, or a signed-in browser.
 */
export type DeviceId = string;

/**
 * One line of a change: the change's id and the line's position in it, written `<change>.<index>`.
 */
export type EditId = string;

/**
 * A field's name, with its key after a slash where it is keyed: `progress_text`, `crew/钢筋工`.
 */
export type FieldName = string;

/**
 * A SHA-256, written as 64 hex digits in lower case.
 */
export type Sha256 = string;

/**
 * A moment as a device wrote it: RFC 3339 with its offset, kept letter by letter, since a
 * change's digest covers it.
 */
export type Stamp = string;

/**
 * What a field holds.
 */
export type Value = boolean | number | string | Value[] | { [name: string]: Value };

/**
 * One line of a change: it adds a value, and names the heads that it replaces.
 */
export type Edit = { 
/**
 * The field, with its key if it is keyed.
 */
field: FieldName, 
/**
 * The value added. Absent: the edit only takes heads away.
 */
value?: Value, 
/**
 * The heads that the author saw and means to replace.
 */
replaces: Array<EditId>, };

/**
 * What one person did in one go on one device. Immutable; one per explicit save.
 *
 * Who made it and on which device comes from the token that delivers it, never from here.
 */
export type Change = { 
/**
 * Its id, made on the device. The time inside a `UUIDv7` is never used for order.
 */
id: ChangeId, 
/**
 * The record that it is about.
 */
record: RecordId, 
/**
 * The record's kind.
 */
kind: string, 
/**
 * The device's own clock: evidence, never used to merge.
 */
made_at: Stamp, 
/**
 * Its lines, at least one.
 */
edits: Array<Edit>, };

/**
 * How a field reads. It merges the same way whatever the rule.
 */
export type Rule = "one" | "latest" | "many" | "log" | "sum";

/**
 * An edit with a value that no known edit of the same record and field replaces.
 */
export type Head = { 
/**
 * The edit that set it.
 */
edit: EditId, 
/**
 * What it says.
 */
value: Value, 
/**
 * Who said so.
 */
by: UserId, 
/**
 * That person's name at the time.
 */
by_name: string, 
/**
 * On which device.
 */
device: DeviceId, 
/**
 * When, by that device's own clock.
 */
made_at: Stamp, 
/**
 * The change's number in the ledger; absent while unsynced.
 */
seq?: number, };

/**
 * A record as the server holds it: its heads, field by field.
 */
export type Snapshot = { 
/**
 * The record.
 */
id: RecordId, 
/**
 * Its kind.
 */
kind: string, 
/**
 * The number of the last change that touched it.
 */
seq: number, 
/**
 * The school that it belongs to, where it belongs to one.
 */
school: RecordId | null, 
/**
 * The project that it belongs to, where it belongs to one.
 */
project: RecordId | null, 
/**
 * The heads in ledger order.
 */
fields: { [key in FieldName]: Array<Head> }, 
/**
 * Edits replaced before they arrived, so that they never show up on any device.
 */
awaited?: { [key in FieldName]: Array<EditId> }, 
/**
 * Where a field has more siblings than were sent: how many there are.
 */
siblings?: { [key in FieldName]: number }, };

/**
 * The stable codes of `held`. Clients are written against them: add, never rename.
 */
export type Code = "invalid" | "unknown_kind" | "unknown_field" | "not_permitted" | "out_of_scope" | "id_reused" | "too_large" | "record_damaged";

/**
 * The last checkpoint that a device saw: the signed note, alone or as it came.
 */
export type SeenCheckpoint = string | { 
/**
 * The signed note's text.
 */
note: string, };

/**
 * What a device asks: here is what I wrote, tell me what is new.
 */
export type SyncRequest = { 
/**
 * The version that the client speaks.
 */
protocol: number, 
/**
 * The device's own clock, to know its skew.
 */
device_time: Stamp | null, 
/**
 * Where the last answer ended; absent or null: from the beginning.
 */
cursor: string | null, 
/**
 * The one-time token of the last answer.
 */
ticket: string | null, 
/**
 * The last checkpoint that the device saw.
 */
checkpoint: SeenCheckpoint | null, 
/**
 * The changes as they are: each is judged by itself, so one that is no change spoils nothing.
 */
changes: Array<Change>, 
/**
 * How many records the answer may have.
 */
limit?: number, 
/**
 * Whether the answer tells what is new; `false`: no more than the records that these changes
 * touched. Absent: it does.
 */
news?: boolean, };

/**
 * What became of one change.
 */
export type Fate = { "outcome": "accepted", 
/**
 * Its number there.
 */
seq: number, 
/**
 * The fields that it touched and that are in conflict now.
 */
conflicts: Array<FieldName>, } | { "outcome": "duplicate", 
/**
 * Its number there.
 */
seq: number, } | { "outcome": "held", 
/**
 * Why.
 */
code: Code, 
/**
 * Why, for people.
 */
message: string, 
/**
 * The field it is about, where it is about one.
 */
field?: string, 
/**
 * Set once the office refused it: the reason that was given.
 */
refused?: string, };

/**
 * What became of one change. Sent only after the commit has been flushed.
 */
export type Outcome = { 
/**
 * The change's id as it was sent; absent where none could be read.
 */
change: string | null, } & ({ "outcome": "accepted", 
/**
 * Its number there.
 */
seq: number, 
/**
 * The fields that it touched and that are in conflict now.
 */
conflicts: Array<FieldName>, } | { "outcome": "duplicate", 
/**
 * Its number there.
 */
seq: number, } | { "outcome": "held", 
/**
 * Why.
 */
code: Code, 
/**
 * Why, for people.
 */
message: string, 
/**
 * The field it is about, where it is about one.
 */
field?: string, 
/**
 * Set once the office refused it: the reason that was given.
 */
refused?: string, });

/**
 * Count and XOR over the records of a scope: two parties that agree on it hold the same records
 * at the same `seq`.
 */
export type ScopeDigest = { count: number, xor: string };

/**
 * The data of the first leaf of a log that a restored server began: it names where the log before
 * ended, so that no history can be dropped without a word.
 */
export type Opening = { 
/**
 * The number that it takes in the ledger, far above all that were given out before.
 */
seq: number, 
/**
 * The epoch that begins with it.
 */
epoch: number, 
/**
 * The epoch of the log before.
 */
after_epoch: number, 
/**
 * The number at which the log before ended, as far as the server had it.
 */
after: number, 
/**
 * The last checkpoint of the log before, a signed note; null if that log was empty.
 */
previous: string | null, 
/**
 * When: UTC, RFC 3339 with milliseconds.
 */
begun_at: string, };

/**
 * How a new log follows from the one before: its first leaf, and the proof that it is.
 */
export type OpeningNews = { 
/**
 * The log's first leaf.
 */
leaf: Opening, 
/**
 * RFC 6962 audit path of leaf 0, hashes in base64: in the log of `note`, or, from the second
 * opening on, in that of the checkpoint which the opening before names.
 */
inclusion: Array<string>, };

/**
 * The latest checkpoint.
 */
export type CheckpointNews = { 
/**
 * A C2SP signed note over a C2SP checkpoint.
 */
note: string, 
/**
 * RFC 6962 consistency proof from the checkpoint that the device saw, hashes in base64: to
 * `note`, or, where that is of a later epoch, to the checkpoint that the last of `openings`
 * names.
 */
consistency: Array<string>, 
/**
 * Where the ledger went on in new epochs since the device's checkpoint, newest first.
 */
openings?: Array<OpeningNews>, };

/**
 * What the server answers. `R` is a record: [`Snapshot`] to read, raw JSON where it is only
 * passed on.
 */
export type SyncResponse<R = Snapshot> = { 
/**
 * The version that the server answers in. A response without it is not one of ours.
 */
protocol: number, 
/**
 * The server's clock: UTC, RFC 3339 with milliseconds.
 */
server_time: string, 
/**
 * One for each change sent, in that order.
 */
outcomes: Array<Outcome>, 
/**
 * The records that changed since the cursor, oldest change first, and those that were touched.
 * Touched ones that are too many bytes for one answer come from `cursor` on, and `more` is true;
 * without news they are left out.
 */
records: Array<R>, 
/**
 * Records that left the client's scope.
 */
gone: Array<RecordId>, 
/**
 * Photos that this device's changes refer to and the server does not have.
 */
photos_missing: Array<Sha256>, 
/**
 * Where this answer ends. Opaque.
 */
cursor: string | null, 
/**
 * Whether there is more to fetch at once.
 */
more: boolean, 
/**
 * Whether the client must pull from null, drop what it was not sent, and send again every
 * change above `settled` that it still has, forgetting its number.
 */
resync: boolean, 
/**
 * Up to which `seq` all that this device was told of is contained in a backup. 0: nothing, or
 * nothing that can be said to this cursor; it may go down again. A change is dropped by the
 * number that it got since the device last began from null, and by no other.
 */
settled: number, 
/**
 * The one-time token for the next request.
 */
ticket: string | null, 
/**
 * Count and XOR over the scope; only when `more` is false, and with the news.
 */
digest?: ScopeDigest, 
/**
 * The ledger's latest checkpoint, with the proof from the one that the device saw.
 */
checkpoint?: CheckpointNews, };

/**
 * `POST /api/v1/sync/index`: all records in scope, page by page, to repair a digest that differs.
 *
 * A record that changes meanwhile comes again on a later page: the last pair of it counts.
 */
export type IndexResponse = { 
/**
 * `[record id, seq]`, in order of seq.
 */
records: Array<[RecordId, number]>, 
/**
 * The digest over them.
 */
digest: ScopeDigest, 
/**
 * Where the next page begins (`?after=`); absent on the last one. Opaque.
 */
next?: string, };

/**
 * `POST /api/v1/sync/have`: does the office have these?
 */
export type HaveRequest = { 
/**
 * Changes to ask for.
 */
changes: Array<ChangeId>, 
/**
 * Photos to ask for.
 */
photos: Array<Sha256>, };

/**
 * Of what was asked for, that which no backup contains.
 */
export type Unsettled = { 
/**
 * Changes, in a ledger or held.
 */
changes: Array<ChangeId>, 
/**
 * Photos.
 */
photos: Array<Sha256>, };

/**
 * The answer to [`HaveRequest`]: what the server lacks. A held change is not lacking.
 */
export type HaveResponse = { 
/**
 * Changes that the server does not have.
 */
changes: Array<ChangeId>, 
/**
 * Photos that the server does not have.
 */
photos: Array<Sha256>, 
/**
 * What no backup contains yet: a device keeps it. Absent: nobody knows, and it keeps everything.
 */
unsettled?: Unsettled, };
