import { counted, room } from "./catalogue.ts";

/** Tables of the directory: from the template to the import, and its taking back. */
export const imports = room({
  title: { zh: "导入", en: "Import" },
  mayNot: { zh: "名录由改薄办、装备站、督导室导入", en: "Registers are imported by the project, equipment and inspection offices" },
  noWhole: { zh: "导入要有整个县的权限", en: "Importing takes a role for a whole county" },

  // Choosing
  step1: { zh: "选种类", en: "Choose what" },
  step3: { zh: "试算", en: "Try it" },
  step4: { zh: "导入", en: "Import" },
  county: { zh: "县（区）", en: "County" },
  kind: { zh: "表格种类", en: "What the table holds" },
  template: { zh: "下载模板（{kind}）", en: "Download the template ({kind})" },
  templateWhy: { zh: "标 ● 的列要填，示例行不会导入，可选的内容有下拉。也可以用 CSV。", en: "Columns marked ● are needed, the example row is not imported, choices can be picked. CSV does as well." },
  file: { zh: "填好的表（XLSX 或 CSV）", en: "The filled table (XLSX or CSV)" },
  chosen: { zh: "{name}（{size}）", en: "{name} ({size})" },
  again: { zh: "改好后重新选文件", en: "Choose the mended file" },
  tooLarge: { zh: "文件超过 16 MB，请分成几份", en: "The file is over 16 MB: split it" },
  unreadable: { zh: "读不了这个文件：{why}", en: "The file cannot be read: {why}" },

  // Trying
  trying: { zh: "正在试算，还没有改动任何内容…", en: "Trying it; nothing is changed…" },
  importing: { zh: "正在导入…", en: "Importing…" },
  refused: { zh: "没有做成：{why}", en: "It was not done: {why}" },
  noLine: { zh: "网络断开，什么也没有改。网络恢复后再试。", en: "No connection, and nothing was changed. Try again once there is one." },
  unsure: { zh: "发出后网络断了，不知道有没有导入。请再点一次：已经导入的不会重复。", en: "The connection broke after it was sent. Do it once more: what was imported is not imported twice." },
  news: { zh: "和刚才看到的不一样了，请再看一遍下面的结果", en: "It is not what was shown before: look at it once more" },
  faulty: {
    zh: ({ count }: { count: number }) => `有 ${count} 处要改。全部改好才能导入，现在什么也没有改。`,
    en: ({ count }: { count: number }) => `${counted(count, "thing")} to mend. Nothing is imported before all of it is right.`,
  },
  nothing: { zh: "表里的内容台账里都已经有了，没有要导入的。", en: "All of it stands in the ledger already: there is nothing to import." },
  ready: {
    zh: ({ count }: { count: number }) => `没有错误。将写入 ${count} 条记录，一次全部写入。`,
    en: ({ count }: { count: number }) => `No errors. ${counted(count, "record")} will be written, all at once.`,
  },
  confirm: {
    zh: ({ count }: { count: number }) => `导入这 ${count} 条`,
    en: ({ count }: { count: number }) => `Import ${counted(count, "record")}`,
  },

  // Rows
  all: { zh: "全部", en: "All" },
  new: { zh: "新建", en: "New" },
  changed: { zh: "更改", en: "Changed" },
  restored: { zh: "恢复", en: "Restored" },
  unchanged: { zh: "不变", en: "Unchanged" },
  error: { zh: "有错", en: "Wrong" },
  held: { zh: "要待处理", en: "To be held" },
  rows: { zh: "行", en: "Rows" },
  what: { zh: "会怎样", en: "What happens" },
  name: { zh: "名称", en: "Name" },
  details: { zh: "内容", en: "Contents" },
  fieldNew: { zh: "{label}：{to}", en: "{label}: {to}" },
  fieldChange: { zh: "{label}：{from} → {to}", en: "{label}: {from} → {to}" },
  atCell: { zh: "{cell}：{why}", en: "{cell}: {why}" },
  empty: { zh: "（空）", en: "(nothing)" },
  ofFile: { zh: "整个文件", en: "The file as a whole" },
  warnings: { zh: "请留意（不妨碍导入）", en: "Worth a look (keeps nothing from being imported)" },
  more: {
    zh: ({ count }: { count: number }) => `还有 ${count} 条没有列出`,
    en: ({ count }: { count: number }) => `${count} more are not listed`,
  },

  // Done
  done: {
    zh: ({ count }: { count: number }) => `已导入 ${count} 条`,
    en: ({ count }: { count: number }) => `${counted(count, "record")} imported`,
  },
  doneWhy: { zh: "导入编号 {id}，台账第 {first}–{last} 号。每条记录的改动经过里都写着这个编号。", en: "Import {id}, ledger entries {first} to {last}. The history of each record names it." },
  another: { zh: "再导入一份", en: "Import another" },
  see: { zh: "去名录看", en: "See the directory" },

  // Taking back
  earlier: { zh: "从这台电脑导入过的", en: "Imported from this computer" },
  earlierNone: { zh: "还没有", en: "None yet" },
  earlierLine: {
    zh: ({ kind, county, count, at }: { kind: string; county: string; count: number; at: string }) => `${county} · ${kind} ${count} 条 · ${at}`,
    en: ({ kind, county, count, at }: { kind: string; county: string; count: number; at: string }) => `${county} · ${counted(count, "record")} (${kind}) · ${at}`,
  },
  byNumber: { zh: "撤回别处导入的：在记录的“更正原因”里找导入编号", en: "To take back one from elsewhere, find its number in a record’s reason for the correction" },
  number: { zh: "导入编号", en: "Number of the import" },
  takeBack: { zh: "整份撤回", en: "Take it back as a whole" },
  takeBackTitle: { zh: "撤回导入", en: "Take an import back" },
  takeBackWhy: { zh: "它新建的作废，它更改的恢复原值。之后别人又改过的不动，会列出来。", en: "What it began is withdrawn, what it changed gets its earlier values. What somebody changed since stays, and is told." },
  reason: { zh: "为什么撤回", en: "Why" },
  takingBack: { zh: "正在撤回…", en: "Taking it back…" },
  takenBack: {
    zh: ({ withdrawn, put, held }: { withdrawn: number; put: number; held: number }) => `已撤回：作废 ${withdrawn} 条，恢复原值 ${put} 条${held > 0 ? `，${held} 条在待处理箱` : ""}`,
    en: ({ withdrawn, put, held }: { withdrawn: number; put: number; held: number }) => `Taken back: ${withdrawn} withdrawn, ${put} with their earlier values${held > 0 ? `, ${held} held` : ""}`,
  },
  kept: {
    zh: ({ count }: { count: number }) => `${count} 处后来又有人改过，保留不动`,
    en: ({ count }: { count: number }) => `${counted(count, "thing")} changed by others since stay as they are`,
  },
  keptLine: { zh: "{name}：{why}", en: "{name}: {why}" },
  wasTakenBack: { zh: "已撤回", en: "Taken back" },
});
