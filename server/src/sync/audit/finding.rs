//! What a check can find, in words: what it is, and what to do about it.

use serde::Serialize;

use crate::error::Language;

/// A sort of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// `SQLite` itself finds its file damaged.
    Database,
    /// Something could not be read at all.
    Unreadable,
    /// The row of a ledger entry was altered.
    Entry,
    /// A ledger entry is missing, or there is one too many.
    EntryMissing,
    /// The body of an entry is not the one that was received.
    Body,
    /// The leaf of an entry does not follow from the entry.
    Leaf,
    /// A stored subtree does not follow from the leaves.
    Tree,
    /// A checkpoint is not signed by the ledger's key, or says something else than its row.
    CheckpointSignature,
    /// The ledger is not the one that a signed checkpoint speaks of.
    CheckpointRoot,
    /// The ledger's own row does not fit its entries.
    LedgerRow,
    /// The row of a record was altered.
    RecordRow,
    /// A record is not what its history makes of it.
    Record,
    /// A record that the ledger speaks of has no row.
    RecordMissing,
    /// A record stands in no ledger.
    RecordUnfounded,
    /// A digest does not fit the records that it is over.
    Digest,
    /// The row of a held change was altered.
    Held,
    /// The row of a user, a role, a device, an enrolment code or a session was altered.
    Access,
    /// The server's own row was altered.
    Server,
    /// The row of an upload was altered.
    Upload,
    /// The row of a photo was altered.
    PhotoRow,
    /// Who brought a photo was altered.
    PhotoBringer,
    /// The bytes of a photo are missing.
    PhotoMissing,
    /// The bytes of a photo are not those that were received.
    PhotoBytes,
    /// That a record refers to a photo is not noted.
    PhotoRef,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Of what sort.
    pub what: What,
    /// Where.
    pub place: String,
    /// What exactly.
    pub detail: String,
}

const RESTORE: (&str, &str) = (
    "停止服务器，原样保留数据目录备查，用最近一次完好的备份恢复；手机会补发备份之后的内容",
    "stop the server, keep the data folder as it is for inquiry, restore the last good backup; phones send again what came after it",
);
const REBUILD: (&str, &str) = (
    "台账若无其他问题，则内容没有丢失：停止服务器，用备份恢复，手机会补发之后的内容",
    "if the ledger itself is fine nothing is lost: stop the server and restore a backup, phones send again what came after it",
);
const TAMPERED: (&str, &str) = (
    "台账在签名之后被改动过：原样保留数据目录，报告上级，用手机和通报上保存的检查点核对，再用改动之前的备份恢复",
    "the ledger was altered after it was signed: keep the data folder as it is, report it, compare with the checkpoints on phones and in bulletins, then restore a backup from before",
);
const SEND_AGAIN: (&str, &str) = (
    "从备份拷回这张照片，或等待：服务器会请当初上传的手机再发一次",
    "copy the photo back from a backup, or wait: the server asks the phone that brought it to send it again",
);

const ENROL_AGAIN: (&str, &str) = (
    "服务器不再凭这一行放行。停止服务器，用最近一次完好的备份恢复；只损坏一两行时，也可为此人另建账号、重新登记手机",
    "nobody is let in by this row. Stop the server and restore the last good backup; where only one or two are damaged, add the person under another name and enrol the phone anew",
);
const BRING_AGAIN: (&str, &str) =
    ("无需处理：手机会重新上传这张照片", "nothing: the phone uploads this photo anew");

impl What {
    /// What it is, for people.
    pub const fn words(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Database => ("数据库文件损坏", "the database file is damaged"),
            Self::Unreadable => ("无法读取", "it cannot be read"),
            Self::Entry => ("台账条目被改动或损坏", "a ledger entry was altered or is damaged"),
            Self::EntryMissing => ("台账条目缺失或多余", "a ledger entry is missing or one too many"),
            Self::Body => ("条目内容不是当初收到的", "the body of an entry is not the one received"),
            Self::Leaf => ("条目与其默克尔叶不符", "the leaf does not follow from the entry"),
            Self::Tree => ("默克尔树与条目不符", "the stored tree does not follow from the leaves"),
            Self::CheckpointSignature => ("检查点签名无效", "a checkpoint is not validly signed"),
            Self::CheckpointRoot => ("台账与已签名的检查点不符", "the ledger is not the one that was signed"),
            Self::LedgerRow => ("台账总数与条目不符", "the ledger's own row does not fit its entries"),
            Self::RecordRow => ("记录行被改动或损坏", "the row of a record was altered or is damaged"),
            Self::Record => ("记录与其历史不符", "a record is not what its history makes of it"),
            Self::RecordMissing => ("台账里有的记录缺失", "a record of the ledger is missing"),
            Self::RecordUnfounded => ("记录在台账里没有依据", "a record stands in no ledger"),
            Self::Digest => ("汇总校验值与记录不符", "a digest does not fit its records"),
            Self::Held => ("待处理箱条目被改动或损坏", "a held change was altered or is damaged"),
            Self::Access => {
                ("账号、角色、设备或登录信息被改动或损坏", "who may come in was altered or is damaged")
            }
            Self::Server => ("服务器自身信息被改动或损坏", "the server's own row was altered or is damaged"),
            Self::Upload => ("上传任务被改动或损坏", "the row of an upload was altered or is damaged"),
            Self::PhotoBringer => {
                ("照片由谁上传被改动或损坏", "who brought a photo was altered or is damaged")
            }
            Self::PhotoRow => ("照片信息被改动或损坏", "the row of a photo was altered or is damaged"),
            Self::PhotoMissing => ("照片文件缺失", "the file of a photo is missing"),
            Self::PhotoBytes => ("照片文件损坏", "the file of a photo is damaged"),
            Self::PhotoRef => ("照片引用缺失", "a reference to a photo is not noted"),
        };
        language.pick(zh, en)
    }

    /// What to do about it.
    pub const fn advice(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Database
            | Self::Unreadable
            | Self::Entry
            | Self::EntryMissing
            | Self::Body
            | Self::Leaf
            | Self::LedgerRow
            | Self::RecordUnfounded
            | Self::Held
            | Self::Server
            | Self::PhotoBringer => RESTORE,
            Self::Access => ENROL_AGAIN,
            Self::Upload => BRING_AGAIN,
            Self::Tree
            | Self::RecordRow
            | Self::Record
            | Self::RecordMissing
            | Self::Digest
            | Self::PhotoRef => REBUILD,
            Self::CheckpointSignature | Self::CheckpointRoot => TAMPERED,
            Self::PhotoRow | Self::PhotoMissing | Self::PhotoBytes => SEND_AGAIN,
        };
        language.pick(zh, en)
    }
}
