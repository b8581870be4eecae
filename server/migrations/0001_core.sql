-- Times are milliseconds since 1970 UTC, ids are 16 bytes, hashes are 32.
-- `row_hash` covers all other columns of its row that nothing else covers, since a flipped bit
-- passes `pragma integrity_check`: see store/row_hash.rs for what goes into each.

create table server (
    only_row integer primary key check (only_row = 1),
    id blob not null,
    created_at integer not null,
    cursor_key blob not null,
    access_version integer not null default 1,
    -- How often it was tried whether a commit goes through: SQLite writes nothing for a value that
    -- stands there already.
    commits_tried integer not null default 0,
    row_hash blob not null
) strict;

-- Ledgers ---------------------------------------------------------------------------------

create table ledgers (
    county text primary key,
    name text not null,
    city text,
    epoch integer not null default 1,
    seq integer not null default 0,
    -- The log of this epoch begins after this seq.
    log_start integer not null default 0,
    -- The last seq that touched a school, a project or a zone.
    directory_seq integer not null default 0,
    -- Count and XOR over all records of the county.
    record_count integer not null default 0,
    xor blob not null default (zeroblob(16)),
    signing_key text not null,
    verifying_key text not null,
    created_at integer not null,
    -- Over what entries do not change.
    row_hash blob not null
) strict;

create table changes (
    county text not null references ledgers (county),
    seq integer not null,
    id blob not null,
    record blob not null,
    made_by blob not null,
    by_name text not null,
    device blob not null,
    received_at integer not null,
    -- By how many milliseconds the device's clock was ahead of ours, where it said.
    ahead_ms integer,
    -- Who brought it in by hand for the device.
    carried_by blob,
    released_by blob,
    digest blob not null,
    salt blob not null,
    leaf blob not null,
    body text,
    row_hash blob not null,
    unique (county, seq)
) strict;
create unique index changes_by_id on changes (id);
create index changes_by_record on changes (record, seq);

-- Where the ledgers went on after the database had been put back to an older state. The log of an
-- epoch begins after `log_start`; its first leaf takes the next number, and covers all columns.
create table epochs (
    county text not null references ledgers (county),
    epoch integer not null,
    log_start integer not null,
    -- The log before: its epoch, the number at which it ended, its last checkpoint if it had any.
    after_epoch integer not null,
    after integer not null,
    previous text,
    begun_at integer not null,
    leaf blob not null,
    primary key (county, epoch)
) strict, without rowid;

-- Up to which number a verified backup contains a ledger; and, under an empty county, the held box.
create table settled (
    county text primary key,
    seq integer not null
) strict, without rowid;

-- When the last backup was made that was checked and found good.
create table last_backup (
    only_row integer primary key check (only_row = 1),
    taken_at integer not null
) strict;

-- Hashes of complete subtrees of 256^level leaves; level 0 are the leaves in `changes`.
create table tree (
    county text not null references ledgers (county),
    epoch integer not null,
    level integer not null,
    number integer not null,
    hash blob not null,
    primary key (county, epoch, level, number)
) strict, without rowid;

create table checkpoints (
    county text not null references ledgers (county),
    epoch integer not null,
    size integer not null,
    note text not null,
    made_at integer not null,
    primary key (county, epoch, size)
) strict, without rowid;

create table complaints (
    id integer primary key,
    county text not null references ledgers (county),
    received_at integer not null,
    made_by blob,
    device blob,
    checkpoint text not null,
    reason text not null
) strict;

-- Records ---------------------------------------------------------------------------------

-- A place is where a record belongs: who has it in scope has all records there.
create table places (
    id integer primary key,
    county text not null references ledgers (county),
    audience text not null,
    school blob not null,
    project blob not null,
    record_count integer not null default 0,
    xor blob not null,
    unique (county, audience, school, project)
) strict;

create table records (
    id blob not null unique,
    county text not null references ledgers (county),
    kind text not null,
    -- The first and the last entry about it.
    first_seq integer not null,
    seq integer not null,
    place integer not null references places (id),
    school blob,
    project blob,
    wide integer not null default 0,
    body text not null,
    row_hash blob not null
) strict;
create index records_feed on records (county, seq);
create index records_by_place on records (place, seq);
create index records_by_kind on records (county, kind, seq);
-- What has an official number: see sync/official.rs.
create index records_numbered on records (county, kind, first_seq) where kind in ('finding', 'notice');

create table departures (
    county text not null references ledgers (county),
    seq integer not null,
    record blob not null,
    place integer not null references places (id),
    primary key (county, seq, record)
) strict, without rowid;

create table held (
    id integer primary key,
    county text not null references ledgers (county),
    change_id text,
    digest blob not null unique,
    raw text not null,
    code text not null,
    field text,
    zh text not null,
    en text not null,
    made_by blob not null,
    by_name text not null,
    device blob not null,
    received_at integer not null,
    carried_by blob,
    permitted_when_made integer not null default 0,
    state text not null default 'waiting' check (state in ('waiting', 'released', 'refused')),
    decided_by blob,
    decided_at integer,
    decision_reason text,
    released_seq integer,
    row_hash blob not null
) strict;
create index held_waiting on held (county, state, id);
create index held_by_change on held (change_id) where change_id is not null;
create index held_by_author on held (made_by, id);

-- Photos ----------------------------------------------------------------------------------

create table photos (
    sha256 blob not null unique,
    bytes integer not null,
    media_type text not null,
    -- As the header says, before it is turned upright.
    width integer,
    height integer,
    made_by blob not null,
    device blob not null,
    received_at integer not null,
    -- Set when the bytes on disk turned out to be missing or wrong: they are asked for again.
    damaged_at integer,
    -- What follows is read from the bytes by the photo job.
    inspected_at integer,
    orientation integer,
    taken_at text,
    latitude real,
    longitude real,
    perceptual_hash blob,
    displayable integer,
    row_hash blob not null
) strict;

-- Who proved to have the bytes of a photo by sending them, and the county whose office looks after
-- that person. A record opens a photo's bytes only by way of one of these: see store/photos.rs.
create table photo_bringers (
    sha256 blob not null,
    made_by blob not null,
    county text not null,
    row_hash blob not null,
    primary key (sha256, made_by, county)
) strict, without rowid;

-- The perceptual hash in 16 bands of 16 bits: `band << 16 | bits`. Two hashes that differ in at most
-- 31 bits have a band that differs in at most one, so what is nearly alike is found by an index.
create table photo_bands (
    band integer not null,
    sha256 blob not null,
    primary key (band, sha256)
) strict, without rowid;

create table photo_refs (
    sha256 blob not null,
    record blob not null,
    county text not null references ledgers (county),
    primary key (sha256, record)
) strict, without rowid;
create index photo_refs_by_record on photo_refs (record);

-- Photos whose bytes a verified backup contains.
create table photos_settled (
    sha256 blob primary key
) strict, without rowid;

-- Photos that a device's changes refer to and that have not come yet.
create table photos_wanted (
    device blob not null,
    sha256 blob not null,
    primary key (device, sha256)
) strict, without rowid;
create index photos_wanted_by_hash on photos_wanted (sha256);

-- Two photos that look nearly alike: the distance of their perceptual hashes in bits.
create table photo_likeness (
    sha256 blob not null,
    other blob not null,
    distance integer not null,
    primary key (sha256, other)
) strict, without rowid;

-- How far an upload has come is the length of its file: no row is written while bytes come in.
create table uploads (
    id blob not null unique,
    user_id blob not null,
    county text not null,
    device blob not null,
    sha256 blob not null,
    length integer not null,
    filename text not null,
    created_at integer not null,
    row_hash blob not null
) strict;
create index uploads_by_age on uploads (created_at);

-- How far the store was looked through, table by table.
create table scrub (
    what text primary key,
    after integer not null
) strict, without rowid;

-- Rows that are known to be damaged and could not be made good, by table.
create table damaged (
    shelf text not null,
    row integer not null,
    primary key (shelf, row)
) strict, without rowid;

create table jobs (
    id integer primary key,
    kind text not null,
    key text not null,
    attempts integer not null default 0,
    run_at integer not null,
    last_error text,
    unique (kind, key)
) strict;
create index jobs_due on jobs (run_at);

-- People: the only secrets ----------------------------------------------------------------

create table users (
    id blob not null unique,
    username text not null unique,
    display_name text not null,
    password_hash text,
    totp_secret blob,
    totp_last_step integer,
    home_county text,
    created_at integer not null,
    disabled_at integer,
    row_hash blob not null
) strict;

create table grants (
    id integer primary key,
    user_id blob not null references users (id),
    role text not null,
    scope text not null,
    since integer not null,
    until integer,
    row_hash blob not null
) strict;
create index grants_by_user on grants (user_id);

create table devices (
    id blob not null unique,
    user_id blob not null references users (id),
    name text not null,
    token_hash blob unique,
    bundle_key blob,
    created_at integer not null,
    last_seen_at integer,
    clock_offset_ms integer,
    -- The last ticket that it showed: see sync/ticket.rs.
    ticket blob,
    storage_alarms integer not null default 0,
    storage_alarm_at integer,
    revoked_at integer,
    row_hash blob not null
) strict;
create index devices_by_user on devices (user_id);

-- A long code to scan and a short one to type are a pair: using one uses up the other. The one that
-- was used names the device, which is replaced if it asks again because the answer was lost.
create table enrol_codes (
    code_hash blob not null unique,
    pair blob not null,
    user_id blob not null references users (id),
    created_at integer not null,
    expires_at integer not null,
    used_at integer,
    device blob references devices (id),
    row_hash blob not null
) strict;
create index enrol_codes_by_pair on enrol_codes (pair);

create table sessions (
    token_hash blob not null unique,
    user_id blob not null references users (id),
    device blob not null references devices (id),
    created_at integer not null,
    used_at integer not null,
    expires_at integer not null,
    row_hash blob not null
) strict;
create index sessions_by_user on sessions (user_id);
