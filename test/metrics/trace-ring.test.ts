import { describe, expect, it } from 'vitest';
import { TRACE_RING_BYTES, TraceReader, TraceWriter } from '../../src/metrics/trace-ring.js';
import { TRACE_RING_ENTRIES } from '../../src/model/limits.js';

function taken(reader: TraceReader): number[][] {
  const entries: number[][] = [];
  while (reader.next()) entries.push([reader.stamp, reader.count, reader.gatheredNs, reader.publishedNs]);
  return entries;
}

/** A ring whose cursors are about to wrap. */
function ring(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(TRACE_RING_BYTES);
  const words = new Int32Array(buffer, 0, 64);
  words[0] = -5;
  words[32] = -5;
  return buffer;
}

describe('a trace ring', () => {
  it('shows entries once they have their times', () => {
    const buffer = ring();
    const writer = new TraceWriter(buffer);
    const reader = new TraceReader(buffer);
    writer.add(-7, 3);
    writer.add(8, 1);
    writer.show();
    expect(reader.mark()).toBe(false);
    writer.time(1e15, 1e15 + 5);
    writer.add(9, 1);
    writer.show();
    expect(reader.mark()).toBe(true);
    writer.time(2, 3);
    writer.show();
    // What was shown after the mark waits for the next one.
    expect(taken(reader)).toEqual([
      [-7, 3, 1e15, 1e15 + 5],
      [8, 1, 1e15, 1e15 + 5],
    ]);
    expect(reader.mark()).toBe(true);
    expect(taken(reader)).toEqual([[9, 1, 2, 3]]);
    expect(reader.mark()).toBe(false);
    expect(taken(reader)).toEqual([]);
  });

  it('says so where it is full, and takes more when it was read', () => {
    const buffer = ring();
    const writer = new TraceWriter(buffer);
    const reader = new TraceReader(buffer);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < TRACE_RING_ENTRIES; i++) expect(writer.add(i, 1)).toBe(true);
      expect(writer.add(0, 1)).toBe(false);
      writer.time(round, round);
      writer.show();
      reader.mark();
      const entries = taken(reader);
      expect(entries).toHaveLength(TRACE_RING_ENTRIES);
      expect(entries.every(([stamp, , gatheredNs], i) => stamp === i && gatheredNs === round)).toBe(true);
    }
  });

  it('goes on with another writer, without what the first had not shown', () => {
    const buffer = ring();
    const first = new TraceWriter(buffer);
    first.add(1, 1);
    first.time(1, 1);
    first.show();
    first.add(2, 1);
    const second = new TraceWriter(buffer);
    second.add(3, 1);
    second.time(3, 3);
    second.show();
    const reader = new TraceReader(buffer);
    reader.mark();
    expect(taken(reader)).toEqual([
      [1, 1, 1, 1],
      [3, 1, 3, 3],
    ]);
  });
});
