import { describe, expect, it } from 'vitest';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { RejectCode } from '../../src/model/reject.js';
import { ORDER_SEND_TIME } from '../../src/wire/order-record.js';
import { type ClientId, type Command, type NewOrder, record } from './commands.js';
import { EngineVenue } from './venue.js';

function order(clientId: ClientId, terms: Partial<NewOrder> = {}): NewOrder {
  return { kind: 'new', account: 7, instrument: 1, clientId, side: 1, price: 100, size: 5, ...terms };
}

function filler(venue: EngineVenue, commands: number): void {
  for (let i = 0; i < commands; i++) venue.cancel({ clientId: 999_999 }, { account: 50, id: 1_000_000 + i });
}

const REPEATED = EventFlag.Repeated | EventFlag.LastOfCommand;

describe('the same client id with the same content', () => {
  it.each([77, 'seventy-seven'])('gets the first answer again and does nothing else: %s', (id) => {
    const venue = new EngineVenue();
    venue.sell(2, 100, { account: 9 });
    const [answer] = venue.send(order(id));
    const retry = { ...order(id), session: 1234, sendTime: venue.nextTime };
    expect(venue.send(retry)).toEqual([
      { ...answer, flags: answer!.flags | REPEATED, previousSequence: 0, previousIndex: 1234 },
    ]);
    expect(venue.engine.sequence).toBe(4);
    expect(venue.book()).toBe('3@100 | ');
    // It stands outside the chain.
    expect(venue.buy(1, 90)).toMatchObject([{ sequence: 5, previousSequence: 3, previousIndex: 1 }]);
  });

  it('gets it again as often as it asks', () => {
    const venue = new EngineVenue();
    venue.send(order(1));
    const second = venue.send(order(1));
    expect(venue.send(order(1))).toEqual(second);
  });

  it('gets a reject, a cancel or an amend again just the same', () => {
    const venue = new EngineVenue();
    venue.send(order(1));
    const commands: Command[] = [
      order(2, { price: 0 }),
      { kind: 'amend', account: 7, clientId: 3, instrument: 0, target: { clientId: 1 }, price: 101, size: 4 },
      { kind: 'cancel', account: 7, clientId: 4, instrument: 0, target: { clientId: 1 } },
      { kind: 'cancel', account: 7, clientId: 'five', instrument: 0, target: { clientId: 'none' } },
    ];
    for (const command of commands) {
      const [answer] = venue.send(command);
      const expected = { ...answer, flags: answer!.flags | REPEATED, previousSequence: 0, previousIndex: 0 };
      expect(venue.send(command)).toEqual([expected]);
    }
  });

  it('gets the first answer of an order that has long traded', () => {
    const venue = new EngineVenue();
    const [answer] = venue.send(order(1));
    venue.sell(5, 100);
    expect(venue.send(order(1))).toMatchObject([
      { kind: EventKind.Accepted, remaining: 5, sequence: answer!.sequence },
    ]);
    expect(venue.engine.liveOrders).toBe(0);
  });

  it('is another id on another account, and a text is not the number that it spells', () => {
    const venue = new EngineVenue();
    for (const command of [order(1), order('1'), order(1, { account: 8 }), order('1', { account: 8 })])
      expect(venue.send(command)).toMatchObject([{ kind: EventKind.Accepted, clientId: command.clientId }]);
    expect(venue.engine.liveOrders).toBe(4);
  });

  it('works up to the largest number', () => {
    const venue = new EngineVenue();
    const ids = [2 ** 53 - 1, 2 ** 53 - 2, 2 ** 52, 2 ** 32, 2 ** 32 - 1, 1];
    for (const id of ids)
      expect(venue.send(order(id))).toMatchObject([{ clientId: id, kind: EventKind.Accepted }]);
    for (const id of ids)
      expect(venue.cancel({ clientId: id })).toMatchObject([{ kind: EventKind.Cancelled }]);
  });
});

describe('the same client id with other content', () => {
  it.each([
    ['side', { side: 2 }],
    ['price', { price: 101 }],
    ['size', { size: 6 }],
    ['price and size', { price: 101, size: 6 }],
    ['time in force', { immediate: true }],
    ['instrument', { instrument: 2 }],
  ])('is rejected: %s', (_, change) => {
    for (const id of [1, 'one']) {
      const venue = new EngineVenue();
      const [answer] = venue.send(order(id));
      expect(venue.send(order(id, change))).toMatchObject([
        { kind: EventKind.Rejected, code: RejectCode.ClientIdReused, clientId: id, previousSequence: 2 },
      ]);
      // The reject has not taken the id over.
      expect(venue.send(order(id))).toMatchObject([{ kind: EventKind.Accepted, sequence: answer!.sequence }]);
      expect(venue.book()).toBe('5@100 | ');
    }
  });

  it('is rejected where the kind of command is another', () => {
    const venue = new EngineVenue();
    venue.send(order(1));
    expect(venue.cancel({ clientId: 1 }, { id: 1 })).toMatchObject([{ code: RejectCode.ClientIdReused }]);
  });

  it('is rejected where a cancel names another target', () => {
    const venue = new EngineVenue();
    for (const id of ['a', 'b']) venue.send(order(id));
    venue.cancel({ clientId: 'a' }, { id: 'x' });
    expect(venue.cancel({ clientId: 'b' }, { id: 'x' })).toMatchObject([{ code: RejectCode.ClientIdReused }]);
  });
});

describe('the window', () => {
  it('forgets the oldest command when the next but so many comes', () => {
    const venue = new EngineVenue({ clientIdWindow: 3 });
    const refused = order(1, { price: 0 });
    venue.send(refused);
    filler(venue, 2);
    expect(venue.send(refused)).toMatchObject([{ sequence: 2 }]);
    venue.cancel({ clientId: 1 }, { id: 2 });
    expect(venue.send(refused)).toMatchObject([{ sequence: 7 }]);
    expect(venue.engine.rememberedClientIds).toBe(3);
  });

  it('never forgets a live order, which is found by its client id and keeps its first answer', () => {
    for (const id of [77, 'text']) {
      const venue = new EngineVenue({ clientIdWindow: 2 });
      venue.send(order(id));
      filler(venue, 10);
      expect(venue.engine.rememberedClientIds).toBe(3);
      expect(venue.send(order(id))).toMatchObject([{ kind: EventKind.Accepted, sequence: 2, clientId: id }]);
      expect(venue.send(order(id, { size: 6 }))).toMatchObject([{ code: RejectCode.ClientIdReused }]);
      expect(venue.amend({ clientId: id }, { price: 99 })).toMatchObject([{ kind: EventKind.Amended }]);
      expect(venue.cancel({ clientId: id })).toMatchObject([{ kind: EventKind.Cancelled }]);
      expect(venue.engine.rememberedClientIds).toBe(2);
      expect(venue.send(order(id))).toMatchObject([{ kind: EventKind.Accepted, clientId: id, remaining: 5 }]);
    }
  });

  it('lets an id go with its order when the order trades', () => {
    const venue = new EngineVenue({ clientIdWindow: 1 });
    venue.send(order(1));
    venue.send(order(2));
    filler(venue, 1);
    expect(venue.engine.rememberedClientIds).toBe(3);
    venue.sell(5, 100, { account: 8 });
    expect(venue.engine.rememberedClientIds).toBe(2);
    expect(venue.send(order(1))).toMatchObject([{ kind: EventKind.Accepted, remaining: 5, sequence: 6 }]);
  });

  it('is set by a command, and forgets at once where it shrinks', () => {
    const venue = new EngineVenue({ clientIdWindow: 10 });
    filler(venue, 10);
    expect(venue.engine.rememberedClientIds).toBe(10);
    expect(venue.send({ kind: 'settings', window: 4 })).toMatchObject([
      {
        kind: EventKind.SettingsChanged,
        size: 4,
        account: 0,
        flags: EventFlag.Answer | EventFlag.LastOfCommand,
      },
    ]);
    expect(venue.engine.rememberedClientIds).toBe(4);
    venue.send({ kind: 'settings', window: 600 });
    filler(venue, 1000);
    expect(venue.engine.rememberedClientIds).toBe(600);
    expect(venue.engine.clientIdWindow).toBe(600);
  });

  it.each([0, 2 ** 24 + 1, 2 ** 53 - 1])('is not set to %d', (window) => {
    const venue = new EngineVenue({ clientIdWindow: 10 });
    expect(venue.send({ kind: 'settings', window })).toMatchObject([
      { kind: EventKind.Rejected, code: RejectCode.NumberOutOfRange, account: 0 },
    ]);
    expect(venue.engine.clientIdWindow).toBe(10);
  });
});

describe('a command with a send time', () => {
  it('is too late where it was sent before the newest command that has been forgotten', () => {
    const venue = new EngineVenue({ clientIdWindow: 3 });
    const early = venue.nextTime - 1;
    expect(venue.send(order(1, { sendTime: early }))).toMatchObject([{ kind: EventKind.Accepted }]);
    venue.cancel({ clientId: 1 });
    filler(venue, 2);
    // The order of the first command is gone and its id forgotten: a retry must not become a second order.
    expect(venue.send(order(1, { sendTime: early }))).toMatchObject([
      { kind: EventKind.Rejected, code: RejectCode.TooLate, clientId: 1 },
    ]);
    expect(venue.engine.liveOrders).toBe(0);
  });

  it('is never too late before anything has been forgotten', () => {
    const venue = new EngineVenue({ clientIdWindow: 3 });
    filler(venue, 2);
    expect(venue.send(order(1, { sendTime: 1 }))).toMatchObject([{ kind: EventKind.Accepted }]);
  });

  it('is too late at the very time of the newest forgotten command, and a nanosecond later not', () => {
    const venue = new EngineVenue({ clientIdWindow: 1 });
    const time = venue.nextTime;
    filler(venue, 2);
    expect(venue.send(order(1, { sendTime: time }))).toMatchObject([{ code: RejectCode.TooLate }]);
    expect(venue.send(order(2, { sendTime: time + 2 }))).toMatchObject([{ kind: EventKind.Accepted }]);
  });

  it('gets its first answer, however late, while that is remembered', () => {
    const venue = new EngineVenue({ clientIdWindow: 1 });
    venue.send(order(1, { sendTime: 5 }));
    filler(venue, 5);
    expect(venue.send(order(1, { sendTime: 5 }))).toMatchObject([{ kind: EventKind.Accepted, sequence: 2 }]);
  });

  it('is compared over all 64 bits', () => {
    const venue = new EngineVenue({ clientIdWindow: 1 });
    filler(venue, 3);
    expect(venue.send(order(1, { sendTime: 2 ** 32 - 1 }))).toMatchObject([{ code: RejectCode.TooLate }]);
    expect(venue.send(order(2, { sendTime: 6 * 2 ** 32 }))).toMatchObject([{ kind: EventKind.Accepted }]);
    expect(venue.send(order(3, { sendTime: 0 }))).toMatchObject([{ kind: EventKind.Accepted }]);
    const words = record(order(4));
    words[ORDER_SEND_TIME + 1] = -1;
    expect(venue.sendWords(words)).toMatchObject([{ kind: EventKind.Accepted }]);
  });
});
