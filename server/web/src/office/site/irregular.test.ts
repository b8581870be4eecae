import { expect, test } from "vitest";
import { sayIn } from "../../ui/words/catalogue.ts";
import type { Irregularity } from "./answers.ts";
import { irregularSentences } from "./irregular.ts";

const ALL: Irregularity[] = [
  { irregular: "stage_skipped", missing: "图纸设计", reached: "开工" },
  { irregular: "dossier_incomplete", stage: "竣工验收", document: "隐蔽验收" },
  { irregular: "party_missing", party: "勘察" },
  { irregular: "dossier_incomplete", stage: "竣工验收", document: "竣工验收" },
  { irregular: "dossier_incomplete", stage: "竣工备案", document: "竣工备案" },
  { irregular: "party_missing", party: "监理" },
  { irregular: "grave_findings_open", findings: 2 },
];

test("papers of one stage and parties are one sentence, and everything is said once", () => {
  expect(irregularSentences(sayIn("zh"), undefined, ALL)).toEqual([
    "没有“图纸设计”，就到了“开工”",
    "项目档案缺“隐蔽验收”“竣工验收”（竣工验收）",
    "勘察、监理单位还没有验收意见",
    "项目档案缺“竣工备案”（竣工备案）",
    "2 个重大问题没有销号",
  ]);
  expect(irregularSentences(sayIn("en"), undefined, ALL.slice(-1))).toEqual(["2 grave findings not closed"]);
});
