import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../src/clock/test-clock.js';
import { type HttpAnswer, HttpAnswers } from '../../../src/gateway/http/answers.js';
import { SessionRegistry } from '../../../src/gateway/session-registry.js';
import { CommandKind, Side } from '../../../src/model/command.js';
import { EventFlag, EventKind } from '../../../src/model/event.js';
import { HTTP_ANSWER_MS, MAX_ANSWER_EVENTS } from '../../../src/model/limits.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_INSTRUMENT,
  EVENT_PLACE,
  eventCode,
  eventHead,
} from '../../../src/wire/event-record.js';
import type { EventObject } from '../../../src/wire/event-schema.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  orderHead,
} from '../../../src/wire/order-record.js';
import { sessionNumber } from '../../../src/wire/session-number.js';

const accepted = { event: 'accepted' } as EventObject;

/** Account 7 buys with client id 5, and the shard's answer, which more events are to follow. */
function orderAndAnswer(): { order: Int32Array; answer: Int32Array } {
  const order = new Int32Array(LINE_WORDS);
  order[0] = orderHead(CommandKind.New, 1, Side.Buy);
  order[ORDER_INSTRUMENT] = 1;
  order[ORDER_ACCOUNT] = 7;
  order[ORDER_CLIENT_ID] = 5;
  const answer = new Int32Array(EVENT_CELLS * CELL_WORDS);
  answer[0] = eventHead(EventKind.Accepted, EVENT_CELLS, Side.Buy);
  answer[EVENT_CODE] = eventCode(0, EventFlag.Answer);
  answer[EVENT_INSTRUMENT] = 1;
  answer[EVENT_ACCOUNT] = 7;
  answer[EVENT_CLIENT_ID] = 5;
  answer[EVENT_PLACE] = 1;
  return { order, answer };
}

describe('an HTTP request that has its answer and waits for more events', () => {
  const wait = () => {
    const clock = new TestClock();
    const answers = new HttpAnswers(clock);
    const finished: (EventObject | undefined)[] = [];
    const { order, answer } = orderAndAnswer();
    answers.add(1, { shards: [0], order, finish: ([one]) => finished.push(one!.answer) });
    answers.take(
      answer,
      0,
      () => 5,
      () => accepted,
    );
    expect(finished).toEqual([]);
    expect(answers.size).toBe(1);
    return { clock, answers, finished };
  };

  it('is answered with what it has when its time is over', () => {
    const { clock, answers, finished } = wait();
    clock.advance(HTTP_ANSWER_MS * 1e6);
    expect(finished).toEqual([accepted]);
    expect(answers.size).toBe(0);
  });

  it('is answered with what it has when events were lost, and when the gateway closes', () => {
    const lost = wait();
    lost.answers.finishFollowing();
    expect(lost.finished).toEqual([accepted]);
    expect(lost.answers.size).toBe(0);
    const closing = wait();
    closing.answers.close();
    expect(closing.finished).toEqual([accepted]);
  });

  it('is not answered by a reject or an order of other content', () => {
    const answers = new HttpAnswers(new TestClock());
    const finished: unknown[] = [];
    const { order, answer } = orderAndAnswer();
    order[ORDER_INSTRUMENT] = 2;
    answers.add(1, { shards: [0], order, finish: ([one]) => finished.push(one!.answer) });
    for (const kind of [EventKind.Accepted, EventKind.Rejected, EventKind.Cancelled, EventKind.Amended]) {
      answer[0] = eventHead(kind, EVENT_CELLS, Side.Buy);
      answer[EVENT_CODE] = eventCode(0, EventFlag.Answer | EventFlag.LastOfCommand);
      answers.take(
        answer,
        0,
        () => 5,
        () => accepted,
      );
    }
    expect(finished).toEqual([]);
    answers.close();
  });
});

describe('an HTTP request that all shards answer', () => {
  const { order } = orderAndAnswer();
  order[0] = orderHead(CommandKind.CancelAll, 1, 0);
  order[ORDER_INSTRUMENT] = 0;

  const wait = (account = 7) => {
    const clock = new TestClock();
    const answers = new HttpAnswers(clock);
    const finished: (readonly HttpAnswer[])[] = [];
    const own = Int32Array.from(order);
    own[ORDER_ACCOUNT] = account;
    answers.add(1, { shards: [0, 1], order: own, finish: (all) => finished.push(all) });
    /** An event of a shard, of which the object is the text. */
    const take = (shard: number, kind: number, flags: number, text: string, of = account) => {
      const event = new Int32Array(EVENT_CELLS * CELL_WORDS);
      event[0] = eventHead(kind, EVENT_CELLS, 0);
      event[EVENT_CODE] = eventCode(0, flags);
      event[EVENT_ACCOUNT] = of;
      event[EVENT_PLACE] = 9;
      event[EVENT_PLACE + 1] = shard << 16;
      answers.take(
        event,
        0,
        () => 5,
        () => text as unknown as EventObject,
      );
    };
    return { clock, answers, finished, take };
  };
  const { Answer, LastOfCommand } = EventFlag;
  const { AllCancelled, Cancelled } = EventKind;
  const said = (all: readonly HttpAnswer[]) => all.map(({ answer, following }) => [answer, ...following]);

  it('waits for each, whichever comes first, and keeps their events apart', () => {
    const { answers, finished, take } = wait();
    take(1, AllCancelled, Answer, 'one');
    take(0, AllCancelled, Answer, 'zero');
    take(1, Cancelled, 0, 'one first');
    take(0, Cancelled, LastOfCommand, 'zero last');
    expect(finished).toEqual([]);
    take(1, Cancelled, 0, 'of another account', 8);
    take(1, Cancelled, LastOfCommand, 'one last');
    expect(finished.map(said)).toEqual([
      [
        ['zero', 'zero last'],
        ['one', 'one first', 'one last'],
      ],
    ]);
    expect(answers.size).toBe(0);
  });

  it('takes a repeated answer of one and a first answer of another', () => {
    const { answers, finished, take } = wait();
    answers.takeForSession(1, 1, () => 'again' as unknown as EventObject);
    answers.takeForSession(1, 1, () => 'twice' as unknown as EventObject);
    expect(finished).toEqual([]);
    take(0, AllCancelled, Answer | LastOfCommand, 'zero');
    expect(finished.map(said)).toEqual([[['zero'], ['again']]]);
  });

  it('says which has not answered in time', () => {
    const { clock, answers, finished, take } = wait();
    take(0, AllCancelled, Answer | LastOfCommand, 'zero');
    clock.advance(HTTP_ANSWER_MS * 1e6);
    expect(finished.map(said)).toEqual([[['zero'], [undefined]]]);
    expect(answers.size).toBe(0);
    // What comes later finds nobody.
    take(1, AllCancelled, Answer | LastOfCommand, 'one');
  });

  it('tells the operator of all accounts, as far as an answer goes, and counts the rest', () => {
    const { finished, take } = wait(0);
    for (const shard of [0, 1]) take(shard, AllCancelled, Answer, 'all');
    for (let i = 1; i <= MAX_ANSWER_EVENTS + 3; i++) take(0, Cancelled, 0, String(i), i);
    for (const shard of [0, 1]) take(shard, Cancelled, LastOfCommand, 'last', 1);
    const [zero, one] = finished[0]!;
    expect(zero!.following).toHaveLength(MAX_ANSWER_EVENTS);
    expect(zero!.leftOut).toBe(4);
    expect(one).toMatchObject({ following: ['last'], leftOut: 0 });
  });
});

describe('the numbers of sessions and requests', () => {
  it('pass over those that are in use', () => {
    const taken = new Set([2, 3].map((count) => sessionNumber(1, count)));
    const sessions = new SessionRegistry(
      1,
      (number) => taken.has(number),
      () => {},
    );
    expect([sessions.nextNumber(), sessions.nextNumber()]).toEqual([1, 4].map((n) => sessionNumber(1, n)));
  });
});
