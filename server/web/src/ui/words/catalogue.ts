/**
 * Every word that people see, in Chinese and English side by side.
 *
 * Each room of the screen has a file of its own here: `export const me = room({ title: { zh: "我的",
 * en: "Me" } })`. A sentence that lacks a language does not compile, and neither does a call that leaves
 * out a place such as `{count}`. Where grammar needs more than places, a sentence is two functions.
 */

export type Language = "zh" | "en";

/** A sentence with places in braces: `还有 {count} 条`. */
interface Sentence {
  readonly zh: string;
  readonly en: string;
  /** How it reads at a desk, where it speaks of the phone that it is read on. */
  readonly atDesk?: { readonly zh: string; readonly en: string };
}

let isAtDesk = false;

/** Sentences are read at a desk from now on. */
export function speakAtDesk(): void {
  isAtDesk = true;
}

/** A sentence that is made of what it tells. */
export interface Made<P> {
  readonly zh: (params: P) => string;
  readonly en: (params: P) => string;
}

/** The names of the places in a text. */
type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Places<Rest>
  : never;

/** What a sentence has to be given: nothing where it has no places. */
type Given<Names extends string> = [Names] extends [never] ? [] : [Readonly<Record<Names, string | number>>];

export interface Say {
  <S extends Sentence>(sentence: S, ...params: Given<Places<S["zh"]> | Places<S["en"]>>): string;
  <P>(made: Made<P>, params: P): string;
}

/** The words of one room. It only keeps the texts' exact types, by which places are checked. */
export function room<const Words extends Record<string, Sentence | Made<never>>>(words: Words): Words {
  return words;
}

/** Says a sentence in a language. */
export function sayIn(language: Language): Say {
  return (word: Sentence | Made<never>, params?: unknown): string => {
    const text = (isAtDesk && "atDesk" in word && word.atDesk !== undefined ? word.atDesk : word)[language];
    return typeof text === "function" ? text(params as never) : filled(text, params);
  };
}

function filled(text: string, params: unknown): string {
  const given = (params ?? {}) as Record<string, string | number>;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(given[name] ?? place));
}

/** An English noun in its number: `1 photo`, `2 photos`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
