import { describe, expect, it } from 'vitest';
import { OpenTurns } from '../../src/gateway/open-turns.js';
import { OPEN_TURNS } from '../../src/model/limits.js';

/** Times that do not fit 32 bits, as they are after four seconds. */
const START = 2 ** 40 + 12_345;

describe('the open turns of a gateway', () => {
  it('are found by the low 32 bits of their time, in order, and those before are forgotten', () => {
    const turns = new OpenTurns();
    for (let i = 0; i < 10; i++) turns.add(START + 100 * i, START + 100 * i + 10);
    const find = (i: number) => turns.find((START + 100 * i) | 0, START + 5000);
    expect(find(3)).toBe(true);
    expect([turns.receivedNs, turns.shownNs]).toEqual([START + 300, START + 310]);
    // A turn may be answered in parts.
    expect(find(3)).toBe(true);
    expect(turns.size).toBe(7);
    expect(find(2)).toBe(false);
    expect(find(10)).toBe(false);
    expect(find(9)).toBe(true);
    expect(turns.size).toBe(1);
  });

  it('are found by what was shown when the shard gathered, where one is shown in parts', () => {
    const turns = new OpenTurns();
    for (const shownNs of [10, 20, 30]) turns.add(START, START + shownNs);
    turns.add(START + 100, START + 110);
    const shownAt = (gatheredNs: number) =>
      turns.find(START | 0, START + gatheredNs) && turns.shownNs - START;
    expect(shownAt(5)).toBe(false);
    expect(shownAt(15)).toBe(10);
    expect(shownAt(20)).toBe(20);
    expect(shownAt(500)).toBe(30);
  });

  it('are as many as may wait, and then the oldest is forgotten', () => {
    const turns = new OpenTurns();
    // Some are found on the way, so that the places go round before there are more of them.
    for (let i = 0; i < 1500; i++) turns.add(i, i);
    expect(turns.find(1200, 1e9)).toBe(true);
    for (let i = 1500; i < OPEN_TURNS + 2000; i++) turns.add(i, i);
    expect(turns.size).toBe(OPEN_TURNS);
    expect(turns.find(1999, 1e9)).toBe(false);
    for (const turn of [2000, 2001, 60_000, OPEN_TURNS, OPEN_TURNS + 1999]) {
      expect(turns.find(turn, 1e9)).toBe(true);
      expect(turns.receivedNs).toBe(turn);
    }
  });
});
