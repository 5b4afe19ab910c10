import { describe, expect, it } from 'vitest';
import { FRAME_HEADER_WORDS } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { CommandKind } from '../../src/model/command.js';
import { ORDER_PRICE, orderKind } from '../../src/wire/order-record.js';
import { readWhole } from '../../src/wire/words.js';
import { startExchange } from '../support/exchange-process.js';

/** The most open orders that each Settings command of a log names. */
function limitsIn(directory: string): number[] {
  const limits: number[] = [];
  readJournal({ directory, shard: 0 }, (words, at) => {
    const record = at + FRAME_HEADER_WORDS;
    if (orderKind(words[record]!) === CommandKind.Settings)
      limits.push(readWhole(words, record + ORDER_PRICE));
  });
  return limits;
}

let nextId = 0;

/** Sends a bid that rests, and returns the status and the reason of the answer. */
async function bid(url: string, account: number): Promise<string> {
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      account,
      clientOrderId: `bid-${++nextId}`,
      symbol: 'BTC-USD',
      side: 'buy',
      priceTicks: 100,
      sizeLots: 1,
    }),
  });
  const { reason = 'taken' } = (await response.json()) as { reason?: string };
  return `${response.status} ${reason}`;
}

const TAKEN = '201 taken';
const REFUSED = '422 too-many-open-orders';

describe('--max-open-orders', () => {
  it('holds for every account over restarts, until the option says another number', async () => {
    const first = await startExchange(['--max-open-orders', '2']);
    for (const account of [5, 6]) {
      expect(await bid(first.url, account)).toBe(TAKEN);
      expect(await bid(first.url, account)).toBe(TAKEN);
      expect(await bid(first.url, account)).toBe(REFUSED);
    }
    first.process.kill('SIGKILL');
    await first.process.ended;

    const second = await startExchange([], first.data);
    expect(await bid(second.url, 5)).toBe(REFUSED);
    expect(await bid(second.url, 7)).toBe(TAKEN);
    // Its own limit goes before.
    await fetch(`${second.url}/accounts/5`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientId: 'own', maxOpenOrders: 3 }),
    });
    expect(await bid(second.url, 5)).toBe(TAKEN);
    expect(await bid(second.url, 5)).toBe(REFUSED);
    await second.process.stop();

    const third = await startExchange(['--max-open-orders', '0'], first.data);
    expect(await bid(third.url, 5)).toBe(REFUSED);
    for (let i = 0; i < 3; i++) expect(await bid(third.url, 6)).toBe(TAKEN);
    await third.process.stop();
    expect(limitsIn(first.data)).toEqual([2, 0]);
  });

  it('is 100,000 in a new log', async () => {
    const exchange = await startExchange();
    await exchange.process.stop();
    expect(limitsIn(exchange.data)).toEqual([100_000]);
  });
});
