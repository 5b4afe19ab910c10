import { expect, it } from 'vitest';
import { TestClock } from '../../src/clock/test-clock.js';
import type { LogNote } from '../../src/gateway/log-note.js';
import { LogNotes } from '../../src/gateway/log-notes.js';
import { MAX_NOTES_PER_SECOND } from '../../src/model/limits.js';

it('hands on so many notes a second, and counts the others', () => {
  const clock = new TestClock();
  const handed: LogNote[] = [];
  const notes = new LogNotes(clock, (note) => handed.push(note));
  const note: LogNote = { level: 'info', event: 'again' };
  clock.advance(5e9);
  for (let second = 0; second < 3; second++) {
    for (let i = 0; i < MAX_NOTES_PER_SECOND + 7 + second; i++) notes.take(note);
    expect(handed.length).toBe(MAX_NOTES_PER_SECOND);
    clock.advance(1e9);
    expect(handed.splice(0).at(-1)).toEqual({ level: 'warn', event: 'notes-left-out', count: 7 + second });
  }
  for (let i = 0; i < MAX_NOTES_PER_SECOND; i++) notes.take(note);
  clock.advance(10e9);
  expect(handed.length).toBe(MAX_NOTES_PER_SECOND);
  expect(handed.every(({ event }) => event === 'again')).toBe(true);
});
