/** The guides say what the app says: what they tell people to tap is written there so, and every step has its picture. */

import { readFileSync, readdirSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GUIDES, guideOf } from "./whose.ts";

const FOLDER = new URL("../../../docs/guide/", import.meta.url).pathname;
const MOST_BYTES = 60_000;
const MOST_PICTURES = 25;

interface Word {
  zh: unknown;
  atDesk?: { zh: string };
}

/** Every Chinese sentence of the catalogue that stands as it is. */
const sentences = new Set(
  Object.values(import.meta.glob<Record<string, Record<string, Word>>>("../ui/words/*.ts", { eager: true }))
    .flatMap((file) => Object.values(file))
    .filter((room) => typeof room === "object" && room !== null)
    .flatMap((room) => Object.values(room))
    .flatMap((word) => [word?.zh, word?.atDesk?.zh])
    .filter((text): text is string => typeof text === "string"),
);

const texts = GUIDES.map((name) => ({ name, text: readFileSync(`${FOLDER}${name}.md`, "utf8") }));
const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found ?? "");

describe.each(texts)("the guide of $name", ({ text }) => {
  test("names what is on the screen as the screen does", () => {
    const told = named(text, /\*\*([^*]+)\*\*/g);
    expect(told.length).toBeGreaterThan(3);
    expect(told.filter((words) => !sentences.has(words))).toEqual([]);
  });

  test("shows pictures that are there", () => {
    const shown = named(text, /!\[[^\]]+\]\(([^)]+)\)/g);
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.filter((picture) => !picture.startsWith("pictures/") || !readdirSync(`${FOLDER}pictures`).includes(picture.slice("pictures/".length)))).toEqual([]);
  });
});

test("no picture is large, there are not many, and none is shown nowhere", () => {
  const pictures = readdirSync(`${FOLDER}pictures`);
  expect(pictures.length).toBeLessThanOrEqual(MOST_PICTURES);
  expect(pictures.filter((picture) => statSync(`${FOLDER}pictures/${picture}`).size > MOST_BYTES)).toEqual([]);
  expect(pictures.filter((picture) => !texts.some(({ text }) => text.includes(`(pictures/${picture})`)))).toEqual([]);
});

test("a teacher finds the team's guide, an inspector theirs, all others the office's", () => {
  const whose = (...roles: string[]) => guideOf(roles.map((role) => ({ role })));
  expect([whose("school_team"), whose("contractor"), whose("school_team", "inspector"), whose("project_office"), whose()]).toEqual(["team", "team", "inspector", "office", "office"]);
});
