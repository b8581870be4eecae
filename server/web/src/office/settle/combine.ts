/**
 * A proposal how two texts become one: what either added to, or took out of, what stood before, as far as the
 * two did not touch the same place. A person reads it and decides; nothing of it is ever written by itself.
 */

/** The text that could stand there; nothing where both changed the same place, or there is nothing to combine. */
export function combined(base: string, mine: string, theirs: string): string | undefined {
  if (mine === theirs || mine === base || theirs === base) {
    return undefined;
  }
  const pieces = piecesOf(base);
  const [left, right] = [changes(pieces, piecesOf(mine)), changes(pieces, piecesOf(theirs))];
  const out: string[] = [];
  let at = 0;
  for (const [a, b] of inOrder(left, right)) {
    if (a !== undefined && b !== undefined) {
      if (a.from !== b.from || a.to !== b.to || a.put.join("") !== b.put.join("")) {
        return undefined;
      }
    }
    const change = (a ?? b) as Change;
    if (change.from < at) {
      return undefined;
    }
    out.push(...pieces.slice(at, change.from), ...change.put);
    at = change.to;
  }
  out.push(...pieces.slice(at));
  const text = out.join("");
  return text === mine || text === theirs ? undefined : text;
}

/** What was put in the place of the pieces from one to another. */
interface Change {
  from: number;
  to: number;
  put: string[];
}

/** The changes of both sides by their place; those that lie over each other together. */
function inOrder(left: Change[], right: Change[]): [Change | undefined, Change | undefined][] {
  const pairs: [Change | undefined, Change | undefined][] = [];
  let [a, b] = [0, 0];
  while (a < left.length || b < right.length) {
    const [one, other] = [left[a], right[b]];
    if (one !== undefined && other !== undefined && touches(one, other)) {
      pairs.push([one, other]);
      [a, b] = [a + 1, b + 1];
    } else if (one !== undefined && (other === undefined || one.from < other.from)) {
      pairs.push([one, undefined]);
      a += 1;
    } else {
      pairs.push([undefined, other]);
      b += 1;
    }
  }
  return pairs;
}

/** Whether two changes meet; two additions at one place do, too: nobody knows which comes first. */
function touches(one: Change, other: Change): boolean {
  return one.from <= other.to && other.from <= one.to;
}

/** A text in pieces that are changed as a whole: sentences and clauses, each with the sign that ends it. */
function piecesOf(text: string): string[] {
  return text.match(/[^，。；、！？,.;!?\n]*[，。；、！？,.;!?\n]+\s*|[^，。；、！？,.;!?\n]+$/g) ?? [];
}

/** How one list of pieces became another: by their longest common part. */
function changes(before: string[], after: string[]): Change[] {
  const length = common(before, after);
  const found: Change[] = [];
  let [a, b] = [0, 0];
  while (a < before.length || b < after.length) {
    if (a < before.length && b < after.length && before[a] === after[b]) {
      [a, b] = [a + 1, b + 1];
      continue;
    }
    const change: Change = { from: a, to: a, put: [] };
    while (a < before.length || b < after.length) {
      if (a < before.length && b < after.length && before[a] === after[b]) {
        break;
      }
      if (b >= after.length || (a < before.length && (length[a + 1]?.[b] ?? 0) >= (length[a]?.[b + 1] ?? 0))) {
        a += 1;
      } else {
        change.put.push(after[b] as string);
        b += 1;
      }
    }
    change.to = a;
    found.push(change);
  }
  return found;
}

/** By two places: how many pieces the rests from there have in common. */
function common(before: string[], after: string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let a = before.length - 1; a >= 0; a -= 1) {
    for (let b = after.length - 1; b >= 0; b -= 1) {
      const row = table[a] as number[];
      row[b] = before[a] === after[b] ? 1 + (table[a + 1]?.[b + 1] ?? 0) : Math.max(table[a + 1]?.[b] ?? 0, row[b + 1] ?? 0);
    }
  }
  return table;
}
