import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../../src/model/command.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import * as event from '../../src/wire/event-record.js';
import { writeListing } from '../../src/wire/instrument-record.js';
import * as order from '../../src/wire/order-record.js';
import { readWhole, writeWhole } from '../../src/wire/words.js';
import { instrument } from './commands.js';

/** The generated flow whose outcome seven independent engines agree on; not part of the project. */
const folder = process.env['TICKLOOM_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data');
const generator = join(folder, 'synthetic-flow.mjs');
const missing = !existsSync(generator);

const ACCOUNT = 7;

const outcomes = [
  {
    flow: ['steady', '10000'],
    trades: 455_750,
    tradedLots: 11_619_540,
    notional: 347_382_016_954,
    best: [29_877, 29_878],
  },
  {
    flow: ['grow'],
    trades: 832_079,
    tradedLots: 21_245_715,
    notional: 635_606_051_432,
    best: [29_806, 29_807],
  },
];

function generate(flow: readonly string[]): Int32Array {
  const room = mkdtempSync(join(tmpdir(), 'tickloom-flow-'));
  try {
    const path = join(room, 'flow.bin');
    execFileSync(process.execPath, [generator, path, '2000000', '42', ...flow]);
    const bytes = readFileSync(path);
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  } finally {
    rmSync(room, { recursive: true });
  }
}

describe.skipIf(missing)(`synthetic flow${missing ? ` (skipped: there is no ${generator})` : ''}`, () => {
  it.each(outcomes)('comes out as elsewhere: $flow.0', ({ flow, trades, tradedLots, notional, best }) => {
    const operations = generate(flow);
    const engine = new Engine({ shard: 0, clientIdWindow: 10_000 });
    const words = new Int32Array(3 * order.LINE_WORDS);
    writeListing(words, 0, instrument(1));
    engine.apply(words, 0, 1, 0, 0);
    engine.events.clear();
    const seen = { trades: 0, tradedLots: 0, notional: 0, rejects: 0, makers: 0 };
    words.fill(0);
    words[order.ORDER_ACCOUNT] = ACCOUNT;
    words[order.ORDER_INSTRUMENT] = 1;
    for (let i = 0; i < operations.length; i += 5) {
      const [type, side, id, price, size] = operations.subarray(i, i + 5);
      // Ids of the flow are client order ids; a cancel gets one of its own above them.
      writeWhole(words, order.ORDER_CLIENT_ID, type === 1 ? 2 ** 40 + i : id!);
      writeWhole(words, order.ORDER_TARGET, type === 1 ? id! : 0);
      writeWhole(words, order.ORDER_PRICE, price!);
      writeWhole(words, order.ORDER_SIZE, size!);
      if (type === 1) {
        words[0] = order.orderHead(CommandKind.Cancel, 1, 0);
        words[1] = order.orderTerms(0, 0, CommandFlag.TargetByClientId);
      } else {
        const time = type === 2 ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel;
        words[0] = order.orderHead(CommandKind.New, 1, side === 0 ? Side.Buy : Side.Sell);
        words[1] = order.orderTerms(OrderType.Limit, time, 0);
      }
      engine.apply(words, 0, engine.sequence + 1, i, 0);
      count(engine, seen);
    }
    expect(seen).toMatchObject({ trades, tradedLots, notional, makers: trades });
    const bests = [Side.Buy, Side.Sell].map((side) => engine.levels(1, side)[0]!.priceTicks);
    expect(bests).toEqual(best);
  });
});

function count(engine: Engine, seen: Record<'trades' | 'tradedLots' | 'notional' | 'makers', number>): void {
  const { words, length } = engine.events;
  for (let at = 0; at < length; at += event.eventCells(words[at]!) * event.CELL_WORDS) {
    if (event.eventKind(words[at]!) !== EventKind.Fill) continue;
    if ((event.eventFlags(words[at + 1]!) & EventFlag.Maker) !== 0) {
      seen.makers++;
      continue;
    }
    const size = readWhole(words, at + event.EVENT_SIZE);
    seen.trades++;
    seen.tradedLots += size;
    seen.notional += size * readWhole(words, at + event.EVENT_PRICE);
  }
  engine.events.clear();
}
