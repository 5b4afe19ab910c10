import { describe, expect, it } from 'vitest';
import { MarketBoardWriter } from '../../src/follower/market-board.js';
import { MarketBoards } from '../../src/supervisor/market-boards.js';

class Follower {
  readonly boards = new Map<number, SharedArrayBuffer>();
  readonly log: string[] = [];

  watch(instrument: number, board: SharedArrayBuffer): void {
    this.boards.set(instrument, board);
    this.log.push(`watch ${instrument}`);
  }

  unwatch(instrument: number): void {
    this.boards.delete(instrument);
    this.log.push(`unwatch ${instrument}`);
  }
}

class Gateway {
  readonly told: [number, SharedArrayBuffer | undefined][] = [];

  watched(id: number, board: SharedArrayBuffer | undefined): void {
    this.told.push([id, board]);
  }
}

describe('market boards', () => {
  it('are one per instrument, and go when the last gateway does', () => {
    const follower = new Follower();
    const boards = new MarketBoards([new Follower(), follower]);
    const one = new Gateway();
    const other = new Gateway();
    boards.watch(one, 1, 7, 1);
    boards.watch(other, 1, 7, 1);
    expect(follower.log).toEqual(['watch 7']);
    const board = follower.boards.get(7)!;
    // Nothing is told there yet: what comes is about another board.
    boards.told(7, true);
    expect(one.told).toEqual([]);
    new MarketBoardWriter(board).begin(0);
    Atomics.store(new Int32Array(board), 0, 2);
    boards.told(7, true);
    boards.told(7, true);
    expect(one.told).toEqual([[1, board]]);
    expect(other.told).toEqual([[1, board]]);
    boards.unwatch(one, 1);
    boards.unwatch(one, 1);
    expect(follower.log).toEqual(['watch 7']);
    boards.watch(one, 2, 7, 1);
    expect(one.told.at(-1)).toEqual([2, board]);
    boards.unwatch(one, 2);
    boards.unwatch(other, 1);
    expect(follower.log).toEqual(['watch 7', 'unwatch 7']);
    boards.watch(one, 3, 7, 1);
    expect(follower.boards.get(7)).not.toBe(board);
  });

  it('are told to be gone where the follower is', () => {
    const follower = new Follower();
    const boards = new MarketBoards([follower]);
    const gateway = new Gateway();
    boards.watch(gateway, 1, 7, 0);
    boards.told(7, false);
    boards.told(7, false);
    expect(gateway.told).toEqual([[1, undefined]]);
    new MarketBoards([]).watch(gateway, 2, 8, 0);
    expect(gateway.told.at(-1)).toEqual([2, undefined]);
  });
});
