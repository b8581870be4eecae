import { counted, room } from "./catalogue.ts";

/** The registers of a county: schools, projects, zones, plans; and what is odd about them. */
export const directory = room({
  title: { zh: "名录", en: "Directory" },
  tabs: { zh: "名录的部分", en: "Parts of the directory" },
  schools: { zh: "学校和项目", en: "Schools and projects" },
  zones: { zh: "责任区和督学", en: "Zones and inspectors" },
  plans: { zh: "规划和标准", en: "Plans and standards" },
  checks: { zh: "检查", en: "Checks" },
  checksCount: { zh: "检查（{count}）", en: "Checks ({count})" },
  import: { zh: "从表格导入", en: "Import a table" },
  newSchool: { zh: "新建学校", en: "New school" },
  newProject: { zh: "新建项目", en: "New project" },
  newZone: { zh: "新建责任区", en: "New zone" },
  county: { zh: "县（区）", en: "County" },
  township: { zh: "乡镇", en: "Township" },
  allTownships: { zh: "全部乡镇", en: "All townships" },
  townshipCount: { zh: "{name}（{count}）", en: "{name} ({count})" },
  noTownship: { zh: "没有写乡镇", en: "Without a township" },
  seek: { zh: "名称或代码", en: "Name or code" },
  school: { zh: "学校", en: "School" },
  code: { zh: "标识码", en: "Code" },
  category: { zh: "类别", en: "Category" },
  zone: { zh: "责任区", en: "Zone" },
  projects: { zh: "项目", en: "Projects" },
  none: { zh: "没有符合的学校", en: "No such school" },
  count: {
    zh: ({ schools, projects }: { schools: number; projects: number }) => `${schools} 所学校，${projects} 个项目`,
    en: ({ schools, projects }: { schools: number; projects: number }) => `${counted(schools, "school")}, ${counted(projects, "project")}`,
  },
  more: {
    zh: ({ count }: { count: number }) => `还有 ${count} 所，选一个乡镇或写几个字`,
    en: ({ count }: { count: number }) => `${counted(count, "more school")}: choose a township, or write of the name`,
  },

  // Zones
  zoneName: { zh: "责任区", en: "Zone" },
  purpose: { zh: "用途", en: "For" },
  inspection: { zh: "督导", en: "Inspection" },
  twinning: { zh: "结对帮扶", en: "Twinning" },
  inspectors: { zh: "责任督学", en: "Inspectors" },
  withAccount: { zh: "{name}", en: "{name}" },
  withoutAccount: { zh: "{name}（没有账号）", en: "{name} (no account)" },
  schoolsIn: {
    zh: ({ count }: { count: number }) => `${count} 所`,
    en: ({ count }: { count: number }) => counted(count, "school"),
  },
  noZones: { zh: "还没有责任区", en: "There are no zones yet" },

  // Plans
  nothingOf: { zh: "还没有", en: "None yet" },
  newOf: { zh: "新建{kind}", en: "New: {kind}" },
  shipped: { zh: "没有自定的，用系统自带的。", en: "None of its own: those that came with the system are used." },

  // Checks
  allGood: { zh: "没有发现问题", en: "Nothing odd was found" },
  without_zone: { zh: "没有划入督导责任区的学校", en: "Schools in no inspection zone" },
  in_two_zones: { zh: "划入两个以上责任区的学校", en: "Schools in more than one inspection zone" },
  without_township: { zh: "没有写乡镇，或乡镇不在名录里的学校", en: "Schools without a township, or of one that is not known" },
  odd_code: { zh: "标识码不是 10 位数字的学校", en: "Schools whose code is not ten digits" },
  same_code: { zh: "标识码重复的学校", en: "Schools that share a code" },
  without_code: { zh: "没有标识码的学校（教学点除外）", en: "Schools without a code, teaching points aside" },
  same_name: { zh: "同一乡镇里重名的学校", en: "Schools of the same name in a township" },
  without_plan: { zh: "没有列入规划的项目", en: "Projects in no plan" },
  without_class: { zh: "没有写类别（校舍、设备）的项目", en: "Projects of no class (buildings, equipment)" },
  without_year: { zh: "没有写规划年度的项目", en: "Projects without a plan year" },
  zone_without_inspector: { zh: "没有责任督学的责任区", en: "Inspection zones without an inspector" },
  inspector_without_account: { zh: "督学没有账号的责任区", en: "Zones with an inspector who has no account" },
  tell: { zh: "只供核对，不妨碍使用", en: "To be looked at; nothing is kept from working" },
});
