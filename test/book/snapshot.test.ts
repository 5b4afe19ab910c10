import { describe, expect, it } from 'vitest';
import { Engine, type EngineSettings } from '../../src/book/engine.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { OrderType, TimeInForce, TrailUnit } from '../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../src/model/event.js';
import { InstrumentState } from '../../src/model/instrument-state.js';
import { RejectCode } from '../../src/model/reject.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { bookRead, type Command, record } from './commands.js';
import { readEvents, type SeenEvent } from './events.js';
import { FEATURES } from './features.js';
import { type FlowOptions, RandomFlow } from './random-flow.js';
import { EngineVenue, TIME_BASE } from './venue.js';

const TWO_32 = 2 ** 32;

/** One log, applied to several engines that must never differ. */
class Log {
  readonly engines: Engine[];
  /** One hash of events for each engine. */
  readonly hashes: EventHash[];
  /** Words before the record as it is given to each engine: with one, no order takes the plain path. */
  readonly offsets: number[];

  constructor(settings: EngineSettings, offsets = [0]) {
    this.offsets = offsets;
    this.engines = offsets.map((_, i) => new Engine({ ...settings, hashSalt: i }));
    this.hashes = offsets.map(() => new EventHash());
  }

  apply(command: Command, time: number): SeenEvent[] {
    const words = record(command);
    const sequence = this.engines[0]!.sequence + 1;
    const answers = this.engines.map((engine, i) => {
      const offset = this.offsets[i]!;
      const shifted = new Int32Array(words.length + offset);
      shifted.set(words, offset);
      engine.events.clear();
      const length = engine.apply(shifted, offset, sequence, time | 0, Math.floor(time / TWO_32));
      this.hashes[i]!.update(engine.events.words, 0, length);
      return Buffer.from(engine.events.words.slice(0, length).buffer);
    });
    for (const answer of answers) if (!answer.equals(answers[0]!)) this.#tellDifference(command);
    return readEvents(this.engines[0]!.events.words, this.engines[0]!.events.length);
  }

  #tellDifference(command: Command): never {
    const [a, ...others] = this.engines.map(({ events }) => readEvents(events.words, events.length));
    for (const other of others) expect(other, `after ${JSON.stringify(command)}`).toEqual(a);
    throw new Error(`events differ in bytes after ${JSON.stringify(command)}`);
  }
}

/** The engine that comes of a snapshot, after both have been seen to give the same bytes. */
function restored(engine: Engine, settings: Omit<EngineSettings, 'shard'> = {}): Engine {
  const bytes = engine.snapshot();
  const again = Engine.restore(bytes, settings);
  expectSame(again.snapshot(), bytes);
  expect(again.sequence).toBe(engine.sequence);
  expect(again.liveOrders).toBe(engine.liveOrders);
  expect(again.rememberedClientIds).toBe(engine.rememberedClientIds);
  expect(again.logSettings).toEqual(engine.logSettings);
  expect(again.nextDueNs).toBe(engine.nextDueNs);
  return again;
}

function expectSame(a: Uint8Array, b: Uint8Array): void {
  if (Buffer.compare(a, b) === 0) return;
  const at = a.findIndex((byte, i) => byte !== b[i]);
  expect.unreachable(`snapshots of ${a.length} and ${b.length} bytes differ at byte ${at}`);
}

/** Puts a restored engine in the place of a venue's: what follows is its doing. */
class RestoredVenue extends EngineVenue {
  restore(): void {
    Object.assign(this.host, { engine: restored(this.engine, { hashSalt: 77 }) });
  }
}

function venue(settings: Partial<EngineSettings> = {}): RestoredVenue {
  return new RestoredVenue(settings);
}

interface Flow {
  readonly name: string;
  readonly seed: number;
  readonly commands: number;
  readonly options: Partial<FlowOptions>;
}

const all = new Set(FEATURES);
const without = (...names: string[]) => new Set(FEATURES.filter((each) => !names.includes(each)));

const FLOWS: Flow[] = [
  ...Array.from({ length: 12 }, (_, i) => ({
    name: `everything, ${i + 1}`,
    seed: i + 1,
    commands: 1500,
    options: { features: all },
  })),
  // Where nothing else is special, plain orders meet what is.
  ...FEATURES.map((feature, i) => ({
    name: `plain orders and ${feature}`,
    seed: 100 + i,
    commands: 1000,
    options: { features: new Set([feature]) },
  })),
  { name: 'plain', seed: 21, commands: 3000, options: {} },
  { name: 'continuous', seed: 22, commands: 3000, options: { features: without('states', 'auction') } },
  { name: 'a window of few', seed: 23, commands: 3000, options: { features: all, window: 5 } },
  {
    name: 'many orders',
    seed: 24,
    commands: 4000,
    options: { features: without('cancelAll', 'limits'), liveOrders: 600, window: 2000, prices: 300 },
  },
];

describe('a random flow', () => {
  it.each(FLOWS)('goes on across snapshots as without them: $name', ({ seed, commands, options }) => {
    const dice = new SeededRandomness(seed);
    const flow = new RandomFlow(dice, options, TIME_BASE);
    // The first engine is never restored, the second one now and then, the third one takes the general path alone.
    const log = new Log({ shard: 0, clientIdWindow: options.window ?? 80 }, [0, 0, 1]);
    for (const instrument of flow.instruments) log.apply({ kind: 'list', instrument }, flow.time);
    const mostOrders = { live: 0 };
    for (let i = 0; i < commands; i++) {
      const command = flow.next();
      flow.observe(log.apply(command, flow.time));
      mostOrders.live = Math.max(mostOrders.live, log.engines[0]!.liveOrders);
      if (dice.below(40) !== 0) continue;
      const bytes = log.engines[0]!.snapshot();
      for (const other of log.engines) expectSame(other.snapshot(), bytes);
      log.engines[1] = restored(log.engines[1]!, { hashSalt: dice.below(2 ** 31) });
    }
    expect(mostOrders.live).toBeGreaterThan(10);
    expect(log.hashes.map(String)).toEqual(log.hashes.map(() => log.hashes[0]!.toString()));
    const [a, b] = [log.engines[0]!, log.engines[1]!];
    expect(b.openOrders()).toEqual(a.openOrders());
    expect(b.instruments()).toEqual(a.instruments());
    for (const { id } of flow.instruments) expect(b.instrumentStatus(id)).toEqual(a.instrumentStatus(id));
  });
});

describe('what is kept', () => {
  it('is nothing, where nothing has happened', () => {
    const engine = new Engine({ shard: 5, clientIdWindow: 7 });
    const again = restored(engine);
    expect([again.sequence, again.clientIdWindow, again.instruments()]).toEqual([0, 7, []]);
  });

  it('is the place and the time of the last command, which reads tell', () => {
    const own = venue();
    own.advance(3 * TWO_32);
    own.buy(5, 100);
    const read = (engine: Engine) => {
      engine.events.clear();
      engine.readBook(bookRead(1, 10), 0);
      return engine.events.words.slice(0, engine.events.length);
    };
    expect(read(restored(own.engine))).toEqual(read(own.engine));
  });

  it('is what a retry is answered with, in the window and beside live orders', () => {
    for (const [number, text] of [
      [41, 'forty-one'],
      [42, 'a text of thirty-six bytes, the most'],
    ] as const) {
      const own = venue({ clientIdWindow: 6 });
      const sent = [number, text].map((id) => own.buy(5, 100, { id })[0]!);
      const repeat = (id: number | string) => own.buy(5, 100, { id })[0]!;
      const check = () => {
        own.restore();
        [number, text].forEach((id, i) => {
          const again = repeat(id);
          expect(again.flags & EventFlag.Repeated).not.toBe(0);
          expect([again.sequence, again.order, again.clientId]).toEqual([
            sent[i]!.sequence,
            sent[i]!.order,
            id,
          ]);
          expect(own.buy(6, 100, { id })[0]).toMatchObject({ code: RejectCode.ClientIdReused });
        });
      };
      check();
      // Now they leave the window, and live on with their orders.
      for (let i = 0; i < 20; i++) own.cancel({ orderId: 1 });
      check();
      expect(own.cancel({ clientId: text })[0]).toMatchObject({
        kind: EventKind.Cancelled,
        clientId: 500021,
      });
      expect(own.cancel({ clientId: number })[0]).toMatchObject({ kind: EventKind.Cancelled });
      own.restore();
      expect(own.buy(5, 100, { id: number })[0]).toMatchObject({ kind: EventKind.Accepted });
      expect(own.buy(5, 100, { id: text })[0]!.flags & EventFlag.Repeated).toBe(0);
    }
  });

  it('is when the window began: what was sent before is late', () => {
    const own = venue({ clientIdWindow: 3 });
    const sendTime = own.nextTime;
    for (let i = 0; i < 10; i++) own.cancel({ orderId: 1 });
    own.restore();
    expect(own.buy(1, 100, { sendTime })[0]).toMatchObject({ code: RejectCode.TooLate });
    expect(own.buy(1, 100, { sendTime: own.nextTime })[0]).toMatchObject({ kind: EventKind.Accepted });
  });

  it('are the slots promised to exits of brackets', () => {
    const own = venue({ maxLiveOrders: 5 });
    own.buy(5, 100, { bracket: { takeProfit: 110, stopLoss: 90 } });
    own.buy(1, 99);
    const bytes = own.engine.snapshot();
    expect(() => Engine.restore(bytes, { maxLiveOrders: 3 })).toThrow(
      'the snapshot needs room for 4 live orders, and maxLiveOrders is 3',
    );
    Object.assign(own.host, { engine: Engine.restore(bytes, { maxLiveOrders: 4 }) });
    expect(own.buy(1, 98)[0]).toMatchObject({ code: RejectCode.BookFull });
    Object.assign(own.host, { engine: Engine.restore(bytes, { maxLiveOrders: 5 }) });
    own.sell(5, 100);
    expect(own.liveOrders).toBe(3);
    expect(own.book()).toBe('1@99 | 5@110');
    own.restore();
    // One exit trades, and the other one goes with it.
    expect(own.buy(5, 110).at(-1)).toMatchObject({ code: CancelReason.Linked });
    expect(own.liveOrders).toBe(1);
  });

  it('is where a trailing stop stands', () => {
    const own = venue();
    own.sell(1, 100);
    own.buy(1, 100);
    const stop = own.sell(5, 0, {
      type: OrderType.TrailingStop,
      stopPrice: 10,
      trailUnit: TrailUnit.Ticks,
    });
    expect(stop[0]!.kind).toBe(EventKind.Accepted);
    own.sell(1, 120);
    own.buy(1, 120);
    own.restore();
    own.buy(9, 109);
    own.sell(1, 111);
    expect(own.buy(1, 111).some((event) => event.kind === EventKind.Triggered)).toBe(false);
    own.restore();
    expect(own.sell(1, 109).some((event) => event.kind === EventKind.Triggered)).toBe(true);
  });

  it('is what is due: an order expires right after', () => {
    const own = venue();
    const expiry = own.nextTime + 10;
    own.buy(5, 100, { timeInForce: TimeInForce.GoodTillDate, expiry });
    own.restore();
    expect(own.engine.nextDueNs).toBe(BigInt(expiry));
    own.advance(20);
    expect(own.buy(1, 90)[0]).toMatchObject({ kind: EventKind.Cancelled, code: CancelReason.Expired });
  });

  it('are the orders that wait for an auction, and the state', () => {
    const own = venue();
    own.state(InstrumentState.PreOpen);
    own.buy(5, 101, { timeInForce: TimeInForce.AtOpen });
    own.sell(5, 99, { timeInForce: TimeInForce.AtOpen });
    own.sell(3, 100, { timeInForce: TimeInForce.AtClose });
    own.restore();
    expect(own.liveOrders).toBe(3);
    const opened = own.state(InstrumentState.Continuous);
    expect(opened.filter((event) => event.kind === EventKind.Fill)).toHaveLength(2);
    expect(own.liveOrders).toBe(1);
  });

  it('is the most open orders of an account, and how many there are', () => {
    const own = venue();
    own.account(8, { openOrders: 3 });
    own.send({ kind: 'settings', window: 50, maxOpenOrders: 2 });
    own.buy(1, 100);
    own.sell(1, 0, { type: OrderType.Stop, stopPrice: 50 });
    for (let i = 0; i < 3; i++) own.buy(1, 99, { account: 8 });
    own.restore();
    expect(own.engine.logSettings).toEqual({ clientIdWindow: 50, maxOpenOrders: 2 });
    for (const account of [7, 8, 9])
      expect(own.buy(1, 98, { account })[0]!.code).toBe(account === 9 ? 0 : RejectCode.TooManyOpenOrders);
    own.cancel({ orderId: own.orderId(4) });
    expect(own.buy(1, 98)[0]).toMatchObject({ kind: EventKind.Accepted });
    own.restore();
    expect(own.buy(1, 98)[0]).toMatchObject({ code: RejectCode.TooManyOpenOrders });
  });

  it('is not by which way an order came to be plain', () => {
    const [linked, plain] = [venue(), venue()];
    // A link that has ended leaves nothing behind.
    const first = linked.buy(1, 100);
    linked.buy(1, 99, { linkedTo: linked.target(first), account: 7 });
    plain.buy(1, 100);
    const ofOrders = (own: RestoredVenue) => own.engine.openOrders();
    linked.cancel({ orderId: linked.orderId(3) });
    expect(ofOrders(linked)).toEqual(ofOrders(plain));
    linked.restore();
    expect(ofOrders(linked)).toEqual(ofOrders(plain));
  });

  it('are quotes: the next ones replace them', () => {
    const own = venue();
    const quote = { instrument: 1, bidPrice: 99, bidSize: 5, askPrice: 101, askSize: 5 };
    own.massQuote([quote], { id: 'quotes' });
    own.restore();
    own.massQuote([{ ...quote, bidPrice: 98 }]);
    expect(own.book()).toBe('5@98 | 5@101');
  });
});

describe('bytes that are refused', () => {
  const own = venue({ clientIdWindow: 8 });
  own.buy(5, 100, { id: 'text' });
  own.buy(5, 99, { displaySize: 1, selfTrade: 1 });
  const bytes = own.engine.snapshot();

  it('are those with a flipped bit, be it any', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => Engine.restore(damaged), `bit ${bit}`).toThrow(/^(the snapshot|these bytes)/);
    }
  });

  it('are those that are cut short, or longer', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(() => Engine.restore(bytes.subarray(0, length))).toThrow(/no snapshot|cut short/);
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    expect(() => Engine.restore(longer)).toThrow('the snapshot is damaged');
  });

  it('are those that are no snapshot', () => {
    for (const none of [new Uint8Array(0), new Uint8Array(500), 'text', null])
      expect(() => Engine.restore(none as never)).toThrow(TypeError);
  });

  it('are those of another version', () => {
    expect(() => Engine.restore(bytes.with(4, 9))).toThrow('has layout 9, and this version reads layout 1');
    expect(() => Engine.restore(bytes.with(8, 99))).toThrow('taken under matching rules 99');
  });

  it('are those that need more price pages than there may be', () => {
    const wide = venue();
    for (const price of [1, 1000, 2000]) wide.buy(1, price);
    const snapshot = wide.engine.snapshot();
    expect(() => Engine.restore(snapshot, { maxPricePages: 2 })).toThrow(
      'the snapshot needs room for more than 2 price pages',
    );
    expect(Engine.restore(snapshot, { maxPricePages: 3 }).liveOrders).toBe(3);
  });

  it('are not those that begin anywhere in a larger buffer', () => {
    for (let shift = 0; shift < 9; shift++) {
      const larger = new Uint8Array(bytes.length + 16);
      larger.set(bytes, shift);
      expectSame(Engine.restore(larger.subarray(shift, shift + bytes.length)).snapshot(), bytes);
    }
  });
});
