//! The index of a dossier: what is in it, part by part, to be read, printed and signed.

use std::collections::HashMap;

use sync_protocol::kinds::Kind;

use super::{Found, Gathered};
use crate::clock::Moment;
use crate::error::{Error, Language, Result};
use crate::reports::books::corrections::corrections;
use crate::reports::books::shelf::Kept;
use crate::reports::books::telling::{conflicts, item, lines, minute, photos, signatures, value, withdrawal};
use crate::reports::document::{Binding, Block, Column, Document, Line, Table};
use crate::reports::table::legible::{Names, Words};

/// The parts in which records are told whole, with what each is called.
const WHOLE: [(&str, &[&str]); 6] = [
    ("设计变更", &["design_change"]),
    ("隐蔽验收", &["concealed_acceptance"]),
    ("竣工验收", &["acceptance"]),
    ("问题与整改", &["finding", "notice", "rectification", "verification"]),
    ("设备到货验收", &["equipment_receipt"]),
    ("检查记录", &["inspection"]),
];

/// A part that is a table: what it is called, the kind, the fields with their widths.
type Drawn = (&'static str, &'static str, &'static [(&'static str, u16)]);

/// The parts that are a table each.
const TABLES: [Drawn; 5] = [
    (
        "合同",
        "contract",
        &[
            ("contract_no", 10),
            ("name", 16),
            ("contract_kind", 6),
            ("party", 14),
            ("amount", 10),
            ("signed_on", 8),
            ("start", 8),
            ("end", 8),
        ],
    ),
    ("阶段节点", "stage_event", &[("stage", 10), ("date", 8), ("document_no", 12)]),
    ("停工", "suspension", &[("from", 8), ("to", 8), ("reason", 20)]),
    (
        "进度月报",
        "progress_report",
        &[
            ("month", 6),
            ("started_area", 8),
            ("completed_area", 8),
            ("invested", 10),
            ("image_progress", 8),
            ("delay_reason", 12),
        ],
    ),
    (
        "设备清单",
        "equipment_item",
        &[
            ("name", 12),
            ("class", 8),
            ("spec", 10),
            ("model", 10),
            ("qty", 5),
            ("unit", 4),
            ("unit_price", 8),
        ],
    ),
];

/// The index of what was gathered.
pub(super) struct Index<'g> {
    pub(super) gathered: &'g Gathered,
    pub(super) language: Language,
    pub(super) now: Moment,
}

impl<'g> Index<'g> {
    const fn pick<'s>(&self, zh: &'s str, en: &'s str) -> &'s str {
        self.language.pick(zh, en)
    }

    fn words<'w>(&self, nothing: &'w Names) -> Words<'w>
    where
        'g: 'w,
    {
        Words {
            language: self.language,
            directory: &self.gathered.names,
            others: nothing,
            codes: &self.gathered.codes,
        }
    }

    fn of_kind(&self, kind: &str) -> Vec<&'g Kept> {
        self.gathered.records.iter().filter(|kept| kept.kind.name == kind).collect()
    }

    /// The document.
    pub(super) fn document(&self) -> Document {
        let nothing = HashMap::new();
        let words = self.words(&nothing);
        let title = self.pick("竣工验收档案", "Acceptance dossier");
        let mut document = Document::new(self.gathered.name(self.language), title, self.language);
        document.binding = Binding::Book;
        document.stated = self.cover();
        document.blocks.push(Block::Heading { text: self.pick("项目概况", "The project").to_owned() });
        document.blocks.extend(self.sheet(&self.gathered.project, &words));
        for (name, kind, columns) in TABLES {
            let its = self.of_kind(kind);
            document.blocks.push(self.heading(name, its.first().map(|kept| kept.kind)));
            document.blocks.push(Block::Table(table(&its, kind, columns, &words)));
        }
        for (name, of) in WHOLE {
            let its: Vec<_> = of.iter().flat_map(|kind| self.of_kind(kind)).collect();
            if !its.is_empty() {
                document.blocks.push(Block::NewPage);
            }
            document.blocks.push(self.heading(name, its.first().map(|kept| kept.kind)));
            if its.is_empty() {
                document.blocks.push(Block::Text { text: self.pick("（无）", "(none)").to_owned() });
            }
            for kept in its {
                document.blocks.push(Block::Subheading { text: self.called(kept) });
                document.blocks.extend(self.sheet(kept, &words));
            }
        }
        document.blocks.push(Block::NewPage);
        document.blocks.extend(self.diaries());
        document.blocks.extend(self.photo_list());
        document.blocks.push(Block::Heading { text: self.pick("怎样核对", "How to check").to_owned() });
        document.blocks.push(Block::Text { text: self.how_to_check().to_owned() });
        let signers = [
            ("项目学校", "school"),
            ("建设单位", "owner"),
            ("监理单位", "supervising unit"),
            ("移交人", "handed over by"),
            ("接收人", "received by"),
        ];
        document.blocks.push(Block::to_sign(signers.map(|(zh, en)| self.pick(zh, en))));
        document
    }

    fn heading(&self, zh: &str, kind: Option<&'static Kind>) -> Block {
        let text = match (self.language, kind) {
            (Language::English, Some(kind)) => kind.en,
            _ => zh,
        };
        Block::Heading { text: text.to_owned() }
    }

    fn cover(&self) -> Vec<Line> {
        let gathered = self.gathered;
        let school = self.of_kind("school").first().and_then(|school| school.text("name"));
        let originals = gathered.found.values().filter(|found| matches!(found, Found::Original(_))).count();
        let others = gathered.found.len() - originals;
        let photos = match self.language {
            Language::Chinese if others == 0 => format!("{originals} 张原图"),
            Language::Chinese => format!("{originals} 张原图，另有 {others} 张未收入（见照片目录）"),
            Language::English => format!("{originals} originals, {others} are not in it"),
        };
        let records = format!("{}", gathered.records.len());
        let last = gathered.entries.last().map_or(0, |entry| entry.seq);
        let told = match self.language {
            Language::Chinese => format!("第 {last} 号，{} 生成", minute(self.now)),
            Language::English => format!("number {last}, made {}", minute(self.now)),
        };
        vec![
            Line::new(self.pick("县（市、区）", "county"), gathered.county_name.clone()),
            Line::new(self.pick("学校", "school"), school.unwrap_or_default()),
            Line::new(self.pick("项目", "project"), gathered.project.text("name").unwrap_or_default()),
            Line::new(self.pick("项目编号", "project id"), gathered.project.row.id.to_string()),
            Line::new(self.pick("记录", "records"), records),
            Line::new(self.pick("照片", "photos"), photos),
            Line::new(self.pick("台账截至", "ledger up to"), told),
        ]
    }

    /// What a record is called among others of its kind.
    fn called(&self, kept: &Kept) -> String {
        let kind = self.language.pick(kept.kind.zh, kept.kind.en);
        let of = ["part", "notice_no", "date", "done_on", "issued_at"]
            .into_iter()
            .find_map(|field| kept.text(field));
        of.map_or_else(|| kind.to_owned(), |of| format!("{kind}　{of}"))
    }

    /// A record as a whole.
    fn sheet(&self, kept: &Kept, words: &Words<'_>) -> Vec<Block> {
        let Kept { kind, record, row } = kept;
        let mut blocks = Vec::new();
        blocks.extend(withdrawal(record, words).map(|text| Block::Warning { text }));
        let differing = conflicts(kind, record, words);
        if !differing.is_empty() {
            let fields = differing.join(words.language.pick("、", ", "));
            let text = format!("{}{fields}", self.pick("两人所填不同、尚未决定：", "people differ about: "));
            blocks.push(Block::Warning { text });
        }
        blocks.push(Block::Lines { lines: lines(kind, record, words, &[]) });
        blocks.extend(signatures(kind, record, words).map(Block::Table));
        let its = self.gathered.entries.iter().filter(|entry| entry.record == row.id);
        let history: Vec<_> = its.cloned().collect();
        blocks.extend(corrections(kind, &history, words).map(Block::Table));
        let photos = photos(kind, record, words, self.gathered.project.text("name").unwrap_or_default());
        if !photos.is_empty() {
            blocks.push(Block::Photos { photos });
        }
        blocks
    }

    fn diaries(&self) -> Vec<Block> {
        let diaries = self.of_kind("diary");
        let days: Vec<_> = diaries.iter().filter_map(|kept| kept.text("date")).collect();
        let (first, last) =
            (days.iter().min().copied().unwrap_or("—"), days.iter().max().copied().unwrap_or("—"));
        let text = match self.language {
            Language::Chinese => format!(
                "共 {} 篇，{first} 至 {last}，全文见 records/diary.ndjson；按月成册的日志可另行打印。",
                diaries.len()
            ),
            Language::English => format!(
                "{} of them, {first} to {last}: records/diary.ndjson. Books of a month are printed by themselves.",
                diaries.len()
            ),
        };
        vec![
            Block::Heading { text: self.pick("监管工作日志", "Supervision log").to_owned() },
            Block::Text { text },
        ]
    }

    fn photo_list(&self) -> Vec<Block> {
        let columns = [
            (("文件", "file"), 22),
            (("所属记录", "of"), 7),
            (("说明", "caption"), 12),
            (("拍摄时间", "taken"), 9),
            (("字节", "bytes"), 6),
        ];
        let rows = self.photo_rows().map(|row| {
            let [file, kind, _, caption, taken, bytes, _] = row;
            item(vec![file, kind, caption, taken, bytes])
        });
        vec![
            Block::Heading { text: self.pick("照片目录", "Photos").to_owned() },
            Block::Table(Table {
                columns: columns.map(|((zh, en), width)| Column::new(self.pick(zh, en), width)).into(),
                rows: rows.collect(),
                ..Table::default()
            }),
        ]
    }

    /// Each photo: its file or why there is none, of which record, what it shows, when it was taken.
    fn photo_rows(&self) -> impl Iterator<Item = [String; 7]> {
        self.gathered.photos.iter().map(|shown| {
            let sha256 = shown.photo.sha256;
            let (file, bytes) = match self.gathered.found.get(&sha256) {
                Some(Found::Original(photo)) => {
                    (self.gathered.file_of(&sha256).unwrap_or_default(), photo.bytes.to_string())
                }
                Some(Found::Restricted) => {
                    let told = self.pick("未收入：可辨认未成年人", "left out: shows a minor");
                    (told.to_owned(), String::new())
                }
                _ => {
                    (self.pick("未收入：照片未到达", "left out: it did not arrive").to_owned(), String::new())
                }
            };
            let said = [shown.photo.category.as_deref(), shown.photo.caption.as_deref()];
            let caption = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let taken = shown.photo.taken_at.as_ref();
            let taken =
                taken.map_or_else(String::new, |taken| minute(Moment(taken.moment().timestamp_millis())));
            let kind = self.language.pick(shown.kind.zh, shown.kind.en).to_owned();
            [file, kind, shown.record.to_string(), caption, taken, bytes, sha256.to_string()]
        })
    }

    /// The list of photos for a spreadsheet.
    pub(super) fn csv(&self) -> Result<String> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let heads = [
            ("文件", "file"),
            ("所属记录", "kind"),
            ("记录编号", "record"),
            ("说明", "caption"),
            ("拍摄时间", "taken"),
            ("字节", "bytes"),
            ("SHA-256", "SHA-256"),
        ];
        csv.write_record(heads.map(|(zh, en)| self.pick(zh, en))).map_err(Error::internal)?;
        for row in self.photo_rows() {
            // A spreadsheet must not take what somebody wrote for a formula.
            csv.write_record(row.map(|cell| plain(&cell))).map_err(Error::internal)?;
        }
        let bytes = csv.into_inner().map_err(|error| Error::internal(anyhow::anyhow!("{error}")))?;
        // With the mark by which Excel knows UTF-8.
        Ok(format!("\u{feff}{}", String::from_utf8(bytes).map_err(Error::internal)?))
    }

    const fn how_to_check(&self) -> &'static str {
        match self.language {
            Language::Chinese => {
                "一、文件是否完整：解压后在该目录运行 sha256sum -c SHA256SUMS（Windows 可用 certutil -hashfile 文件 SHA256 逐个核对）。照片文件名就是它的 SHA-256。\n二、记录是否在台账里：ledger/entries.ndjson 每行一条台账记录，leaf 的 RFC 8785 规范 JSON 前加一个零字节，其 SHA-256 就是叶子；按 RFC 6962 用 index、size、proof 推出树根，应与 checkpoint 所指文件第三行相同；leaf.digest 是 change 规范 JSON 的 SHA-256。\n三、检查点是否真实：checkpoint 文件是 C2SP 签名文本，用 ledger/key.txt 的公钥验证；公钥应与县里公布的一致。"
            }
            Language::English => {
                "1 Are the files whole: unpack them and run sha256sum -c SHA256SUMS there. A photo's file is named by its SHA-256.\n2 Are the records in the ledger: each line of ledger/entries.ndjson is an entry. The leaf is the SHA-256 of a zero byte and the RFC 8785 form of `leaf`; by RFC 6962, index, size and proof lead to the root, which is the third line of the file that `checkpoint` names. leaf.digest is the SHA-256 of the canonical form of `change`.\n3 Is the checkpoint genuine: it is a C2SP signed note, verified with ledger/key.txt, which is to be the key that the county made known."
            }
        }
    }

    /// What stands in the dossier, and how it is checked.
    pub(super) fn readme(&self, notes: &[String]) -> String {
        let files = match self.language {
            Language::Chinese => {
                "index.html / index.pdf　目录，可打印\nindex.csv　照片目录\nrecords/　全部记录，每行一条，含并存的值\nledger/　台账记录与证明\nphotos/　原图，一个字节不改\nSHA256SUMS　每个文件的校验值"
            }
            Language::English => {
                "index.html / index.pdf: the index, to be printed\nindex.csv: the photos\nrecords/: all records, a line each, every value that stands\nledger/: the ledger's entries and proofs\nphotos/: the originals, byte for byte\nSHA256SUMS: the hash of every file"
            }
        };
        let mut text =
            format!("{}\n\n{files}\n\n{}\n", self.gathered.name(self.language), self.how_to_check());
        let damaged = self.gathered.damaged.iter().map(|record| {
            format!(
                "{record}: {}",
                self.pick(
                    "记录在服务器磁盘上损坏，没有收入",
                    "the record is damaged on the server's disk and is not in it"
                )
            )
        });
        for note in notes.iter().cloned().chain(damaged) {
            text.push_str("\n! ");
            text.push_str(&note);
        }
        text.push('\n');
        text
    }
}

/// A table of records of a kind, a row each.
fn table(its: &[&Kept], kind: &str, columns: &[(&str, u16)], words: &Words<'_>) -> Table {
    let kind = sync_protocol::kinds::named(kind);
    let fields: Vec<_> =
        columns.iter().filter_map(|(name, width)| Some((kind?.field(name)?, *width))).collect();
    let rows = its.iter().map(|kept| {
        let cells = fields.iter().map(|(field, _)| {
            let told =
                kept.record.heads_named(field.name).iter().map(|head| value(field, &head.value, words));
            told.collect::<Vec<_>>().join("\n")
        });
        item(cells.collect())
    });
    let columns =
        fields.iter().map(|(field, width)| Column::new(words.language.pick(field.zh, field.en), *width));
    Table { columns: columns.collect(), rows: rows.collect(), ..Table::default() }
}

/// A cell that no spreadsheet takes for a formula.
fn plain(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
