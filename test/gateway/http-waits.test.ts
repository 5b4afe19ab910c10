import { describe, expect, it } from 'vitest';
import { TestClock } from '../../src/clock/test-clock.js';
import { HttpAnswers } from '../../src/gateway/http-answers.js';
import { SessionRegistry } from '../../src/gateway/session-registry.js';
import { CommandKind, Side } from '../../src/model/command.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { HTTP_ANSWER_MS } from '../../src/model/limits.js';
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
} from '../../src/wire/event-record.js';
import type { EventObject } from '../../src/wire/event-schema.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  orderHead,
} from '../../src/wire/order-record.js';
import { sessionNumber } from '../../src/wire/session-number.js';

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
    answers.add(1, { shard: 0, order, finish: (event) => finished.push(event) });
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
    answers.add(1, { shard: 0, order, finish: (event) => finished.push(event) });
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

describe('the numbers of sessions and requests', () => {
  it('pass over those that are in use', () => {
    const taken = new Set([2, 3].map((count) => sessionNumber(1, count)));
    const sessions = new SessionRegistry(1, (number) => taken.has(number));
    expect([sessions.nextNumber(), sessions.nextNumber()]).toEqual([1, 4].map((n) => sessionNumber(1, n)));
  });
});
