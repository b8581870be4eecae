import { expect, test } from "vitest";
import { BOOKS, PERIODIC, addressOfReport, usualMonth } from "./catalogue.ts";
import { nameIn } from "./filename.ts";

const asked = { county: "350823", month: "2026-10", from: "", project: "p1", sources: undefined };

test("a report is asked for what it takes, and nothing else", () => {
  const [dispatch, ledger, rectification] = PERIODIC;
  expect(addressOfReport(dispatch, "xlsx", asked, "zh")).toBe("/api/v1/reports/dispatch.xlsx?county=350823&month=2026-10&lang=zh");
  expect(addressOfReport(ledger, "html", asked, "en")).toBe("/api/v1/reports/ledger.html?county=350823&lang=en");
  expect(addressOfReport(rectification, "pdf", asked, "zh")).toBe("/api/v1/reports/rectification.pdf?county=350823&project=p1&lang=zh");
});

test("a book of a project is asked for with one", () => {
  const [diaries, dossier] = BOOKS;
  expect(addressOfReport(diaries, "html", asked, "zh")).toBe("/api/v1/reports/diary_book.html?project=p1&month=2026-10&lang=zh");
  expect(addressOfReport(dossier, "zip", { county: "350823" }, "zh")).toBeUndefined();
});

test("a file is called as people read it", () => {
  expect(nameIn("attachment; filename=\"dispatch.xlsx\"; filename*=UTF-8''%E6%9C%88%E8%B0%83%E5%BA%A6%E5%8D%95.xlsx")).toBe("月调度单.xlsx");
  expect(nameIn('attachment; filename="dispatch.xlsx"')).toBe("dispatch.xlsx");
  expect(nameIn("attachment; filename*=UTF-8''%E6%9")).toBeUndefined();
  expect(nameIn(null)).toBeUndefined();
});

test("a month that has only begun is not reported on", () => {
  expect(["2026-12-01", "2026-12-05", "2026-12-06", "2027-01-02"].map(usualMonth)).toEqual(["2026-11", "2026-11", "2026-12", "2026-12"]);
});
