/**
 * How a fault in somebody's input is said, in messages and in the configuration alike: where, what was given, what it
 * must be. ASCII and short whatever the input holds, as the sentence may end in the cells of an event or on a terminal.
 */

import type { z } from 'zod';

const SHOWN_CHARACTERS = 40;

/** For each field, what its value must be: `a whole number from 1 to 100`. */
export type FieldRules = Readonly<Record<string, string>>;

/** A value as a fault shows it: texts in quotes and clipped, what is deep only by its sort. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') {
    const clipped = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}...` : value;
    return asciiText(JSON.stringify(clipped));
  }
  if (value === null || typeof value !== 'object') return asciiText(String(value)).slice(0, SHOWN_CHARACTERS);
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** Every character outside printable ASCII as its escape. */
export function asciiText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A path as people write it: `instruments[1].tickSize`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += (text === '' ? '' : '.') + nameText(String(key));
  }
  return text;
}

/** The known name that is nearest to a mistyped one; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const folded = (text: string) => text.slice(0, SHOWN_CHARACTERS).toLowerCase().replace(/[-_]/g, '');
  const sought = folded(name);
  let nearest: string | undefined;
  let fewest = Math.max(2, Math.floor(sought.length / 3)) + 1;
  for (const candidate of known) {
    const edits = editDistance(sought, folded(candidate));
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

/** `the nearest is price`, or all that are known where none is near. */
export function nearestText(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `known are ${known.join(', ')}` : `the nearest is ${nearest}`;
}

/** One line for each thing that a schema's issue names; `root` is the value that was checked. */
export function issueLines(
  issue: z.core.$ZodIssue,
  root: unknown,
  rules: FieldRules,
  known: readonly string[],
): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(
      (key) => `${pathText([...issue.path, key])}: no such field; ${nearestText(key, known)}`,
    );
  const where = issue.path.length === 0 ? '' : `${pathText(issue.path)}: `;
  if (issue.code === 'custom') return [where + issue.message];
  const field = issue.path.findLast((key) => typeof key === 'string');
  const rule = (field === undefined ? undefined : rules[field]) ?? 'an object';
  const value = valueAt(root, issue.path);
  return [`${where}${value === undefined ? 'missing;' : shownValue(value)} must be ${rule}`];
}

/** The value at a path, undefined where there is none. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function nameText(name: string): string {
  return /^[A-Za-z0-9_$-]{1,40}$/.test(name) ? name : shownValue(name);
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        edits = Math.min(edits, beforeLast[j - 2]! + 1);
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}
