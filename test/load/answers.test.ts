import { describe, expect, it } from 'vitest';
import { closeText, EchoAnswers, EventAnswers, Tally } from '../../load/answers.js';
import { ProtocolError } from '../../load/frame-parser.js';
import { ClientFrames } from '../../load/frames.js';
import { LatencyRecorder } from '../../load/latency.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { RejectCode } from '../../src/model/reject.js';
import { joined, makeEvent } from './fake-exchange.js';

const { Answer, Maker, Refused, Sentence } = EventFlag;

function framed(payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([0x82, length]), payload]);
  return Buffer.concat([Buffer.from([0x82, 126, length >> 8, length & 0xff]), payload]);
}

/** Answers to orders 1 to 6, with fills between them, in frames of one, many and no answers. */
const stream = Buffer.concat([
  framed(joined([makeEvent(EventKind.Accepted, 3, Answer, 0, 1)])),
  framed(
    joined([
      makeEvent(EventKind.Accepted, 3, Answer, 0, 2),
      makeEvent(EventKind.Fill, 4, 0, 0, 2),
      makeEvent(EventKind.Fill, 4, Maker, 0, 1),
      makeEvent(EventKind.Cancelled, 3, 0, 2, 2),
      makeEvent(EventKind.Rejected, 3, Answer, RejectCode.UnknownOrder, 4),
      makeEvent(EventKind.Cancelled, 3, Answer, 1, 3),
    ]),
  ),
  framed(joined([makeEvent(EventKind.Fill, 4, Maker, 0, 1)])),
  framed(joined([makeEvent(EventKind.Rejected, 8, Answer | Refused | Sentence, RejectCode.Busy, 5)])),
  framed(joined([makeEvent(EventKind.Amended, 5, Answer, 0, 6)])),
]);

function receiver(orders = 6) {
  const tally = new Tally();
  const latency = new LatencyRecorder();
  const answers = new EventAnswers(orders, tally, latency, () => {});
  answers.expect(0, orders, 1_000);
  return { tally, latency, answers };
}

function expectCounted({ tally, latency, answers }: ReturnType<typeof receiver>): void {
  expect(tally).toMatchObject({
    answered: 6,
    acknowledged: 5,
    refused: 1,
    rejected: 1,
    trades: 1,
    unexpected: 0,
  });
  expect(answers.answered).toBe(6);
  expect(tally.bytes).toBe(stream.length);
  expect([...tally.codes]).toEqual([
    [RejectCode.UnknownOrder, 1],
    [RejectCode.Busy, 1],
  ]);
  // A refusal is an answer but not an acknowledgement: its time says nothing about those.
  expect(latency.count).toBe(5);
}

describe('the answers of an exchange', () => {
  it('are counted in one piece', () => {
    const all = receiver();
    all.answers.take(stream, 0, stream.length, 251_000);
    expectCounted(all);
    expect(all.latency.summaryUs().max).toBeCloseTo(250, 0);
  });

  it('are counted cut in two at every byte', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const all = receiver();
      all.answers.take(stream, 0, cut, 2_000);
      all.answers.take(stream, cut, stream.length, 3_000);
      expectCounted(all);
    }
  });

  it('are counted in chunks of every size up to a fill', () => {
    for (let size = 1; size <= 140; size++) {
      const all = receiver();
      for (let at = 0; at < stream.length; at += size)
        all.answers.take(stream, at, Math.min(at + size, stream.length), 2_000);
      expectCounted(all);
    }
  });

  it('are measured from the time of each order', () => {
    const { answers, latency } = receiver(3);
    answers.expect(1, 2, 501_000);
    const events = [1, 2, 3].map((id) => framed(joined([makeEvent(EventKind.Accepted, 3, Answer, 0, id)])));
    const bytes = Buffer.concat(events);
    answers.take(bytes, 0, bytes.length, 1_001_000);
    const { p50, max } = latency.summaryUs();
    expect(p50).toBeCloseTo(1_000, -1);
    expect(max).toBeCloseTo(1_000, -1);
    expect(latency.count).toBe(3);
  });

  it('that come twice, or to nothing, are noticed', () => {
    for (const clientId of [1, 0, 99]) {
      const { answers, tally } = receiver();
      const bytes = Buffer.concat(
        [1, clientId].map((id) => framed(joined([makeEvent(EventKind.Accepted, 3, Answer, 0, id)]))),
      );
      answers.take(bytes, 0, bytes.length, 2_000);
      expect(tally).toMatchObject({ answered: 1, unexpected: 1 });
    }
  });

  it('that are no events are refused', () => {
    const short = framed(joined([makeEvent(EventKind.Accepted, 3, Answer, 0, 1)]).subarray(0, 80));
    expect(() => receiver().answers.take(short, 0, short.length, 2_000)).toThrow(ProtocolError);
    const tiny = framed(joined([makeEvent(EventKind.Accepted, 3, Answer, 0, 1)]));
    tiny[4] = 2;
    expect(() => receiver().answers.take(tiny, 0, tiny.length, 2_000)).toThrow(/64 bytes/);
  });
});

describe('the answers of an echo server', () => {
  it('answer the orders of one frame each, in order', () => {
    const tally = new Tally();
    const latency = new LatencyRecorder();
    const answers = new EchoAnswers(new ClientFrames(1, 150, 64), tally, latency, () => {});
    answers.expect(0, 150, 1_000);
    const reply = framed(Buffer.alloc(200));
    const bytes = Buffer.concat([reply, reply, reply]);
    answers.take(bytes, 0, reply.length * 2 + 10, 2_000);
    expect(tally).toMatchObject({ answered: 128, acknowledged: 128 });
    answers.take(bytes, reply.length * 2 + 10, bytes.length, 2_000);
    expect(tally).toMatchObject({ answered: 150, acknowledged: 150, unexpected: 0 });
    expect(latency.count).toBe(150);
    answers.take(reply, 0, reply.length, 2_000);
    expect(tally.unexpected).toBe(1);
  });
});

describe('a close frame', () => {
  it('is put in words', () => {
    expect(closeText(Uint8Array.from([]))).toBe('without a code');
    expect(closeText(Uint8Array.from([0x03, 0xe9]))).toBe('with code 1001');
    expect(closeText(Buffer.from([0x03, 0xf0, ...Buffer.from('too slow')]))).toBe(
      'with code 1008 (too slow)',
    );
  });
});
