import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../src/clock/test-clock.js';
import { anybody } from '../../../src/gateway/actor.js';
import { HttpReads } from '../../../src/gateway/http/reads.js';
import { HTTP_ANSWER_MS } from '../../../src/model/limits.js';
import type { ReadQuestion } from '../../../src/store/read-question.js';
import { InstrumentTable } from '../../../src/wire/instrument-table.js';
import { instrument } from '../../book/commands.js';

/** Reads whose questions are kept, and what they were answered with. */
function openReads() {
  const clock = new TestClock();
  const instruments = new InstrumentTable();
  instruments.add(instrument(1), 1);
  const asked: { id: number; question: ReadQuestion }[] = [];
  const reads = new HttpReads({
    instruments,
    shards: 2,
    realTime: clock,
    handedOn: (shard) => 100 + shard,
    ask: (id, question) => asked.push({ id, question }),
  });
  const answers: { status: number; reason: unknown }[] = [];
  const respond = (status: number, body: string) => {
    answers.push({ status, reason: (JSON.parse(body) as { reason?: string }).reason });
  };
  return { clock, reads, asked, answers, respond };
}

describe('a read over HTTP that waits for the store', () => {
  it('asks for all that clients may have been told of', () => {
    const { reads, asked, respond } = openReads();
    reads.orders('account=7&status=filled&clientOrderId=12&after=5&limit=9', anybody, respond);
    expect(asked).toEqual([
      {
        id: 1,
        question: {
          query: { of: 'orders', account: 7, status: 4, clientOrderId: 12, after: 5, limit: 9 },
          until: [100, 101],
        },
      },
    ]);
  });

  it('is told when its time is over, once', () => {
    const { clock, reads, answers, respond } = openReads();
    reads.order('1', '', anybody, respond);
    clock.advance(HTTP_ANSWER_MS * 1e6 - 1);
    expect(answers).toEqual([]);
    clock.advance(1);
    expect(answers).toEqual([{ status: 504, reason: 'no-answer' }]);
    reads.answered(1, { of: 'order', positions: {}, order: undefined });
    expect(answers).toHaveLength(1);
  });

  it('is not told so once it was answered', () => {
    const { clock, reads, answers, respond } = openReads();
    reads.order('1', '', anybody, respond);
    reads.answered(1, { of: 'fault', reason: 'store-away', sentence: 'The store cannot answer: why.' });
    clock.advance(HTTP_ANSWER_MS * 1e6);
    expect(answers).toEqual([{ status: 503, reason: 'store-away' }]);
  });

  it('is told when the gateway ends', () => {
    const { reads, answers, respond } = openReads();
    reads.order('1', '', anybody, respond);
    reads.close();
    expect(answers).toEqual([{ status: 504, reason: 'no-answer' }]);
  });

  it('waits for a listing that another gateway knows already', () => {
    const { reads, answers, respond } = openReads();
    reads.trades(`symbol=${encodeURIComponent(instrument(1).symbol)}`, respond);
    const trade = { trade: 1, instrument: 2, timeNs: '1', priceTicks: 1, sizeLots: 1, takerSide: 1 };
    const place = { takerOrderId: 1, makerOrderId: 2, place: 3, index: 0 };
    const positions = { 0: 100, 1: 101 };
    reads.answered(1, { of: 'trades', positions, trades: [{ ...trade, ...place }], isMore: false });
    expect(answers).toEqual([{ status: 503, reason: 'store-behind' }]);
  });
});
