import { beforeAll, describe, expect, it } from 'vitest';
import { JournalDamage } from '../../src/journal/faults.js';
import { FRAME_HEADER_BYTES, FRAME_ZERO_SECTORS } from '../../src/journal/frame.js';
import { SEGMENT_HEADER_BYTES } from '../../src/journal/segment.js';
import { MAX_GROUP_LINES } from '../../src/model/limits.js';
import { readAll, seeded, segmentPath, TestJournal, upTo } from './journal-fixture.js';
import { SimulatedDisk } from './simulated-disk.js';

const DIRECTORY = '/data';
const SECTOR = 512;

/** Reads, and says what came of it: the ids, what was cut, or the sentence of the damage. */
function outcome(disk: SimulatedDisk): {
  ids?: number[];
  cut?: { offset: number; bytes: number };
  damage?: string;
} {
  try {
    const { ids, summary } = readAll(DIRECTORY, disk);
    return summary.cut === undefined ? { ids } : { ids, cut: summary.cut };
  } catch (error) {
    if (!(error instanceof JournalDamage)) throw error;
    return { damage: error.message };
  }
}

function bytesOf(disk: SimulatedDisk, number: number): Uint8Array {
  return disk.names.get(segmentPath(DIRECTORY, number))!.current;
}

/** A journal whose last frame, of `lines` lines, begins `shift` bytes behind the start of a sector. */
function journalWith(
  shift: number,
  lines: number,
): { disk: SimulatedDisk; at: number; end: number; before: number } {
  const disk = new SimulatedDisk(seeded(1));
  const journal = new TestJournal(DIRECTORY, { disk });
  journal.append(2);
  let at = SEGMENT_HEADER_BYTES + 256;
  // Frames have 128 bytes at least; together with one of a line any place can be reached.
  if ((shift - at) % 128 !== 0) {
    journal.append(1);
    at += 192;
  }
  for (; at % SECTOR !== shift; at += 128) journal.append(0);
  const before = journal.sequence - 1;
  journal.append(lines);
  return { disk, at, end: at + FRAME_HEADER_BYTES + 64 * lines, before };
}

describe('every byte of a small journal, changed in turn', { timeout: 600_000 }, () => {
  let disk: SimulatedDisk;
  let end = 0;
  let last = 0;

  beforeAll(() => {
    disk = new SimulatedDisk(seeded(1));
    const journal = new TestJournal(DIRECTORY, { disk });
    journal.append(1);
    journal.append(0);
    journal.append(9);
    journal.append(2, 3);
    // Ends with a frame whose second sector is zero with nothing lost: no commands, and no ring was consumed.
    journal.append(5);
    journal.cursors.fill(0);
    journal.append(0);
    end = SEGMENT_HEADER_BYTES + 6 * FRAME_HEADER_BYTES + (1 + 9 + 6 + 5) * 64;
    expect((end - 128) % SECTOR).toBe(448);
    const words = new Int32Array(bytesOf(disk, 1).buffer);
    expect(words[(end - 128) / 4 + FRAME_ZERO_SECTORS]).toBe(1);
    last = journal.sequence - 1;
    expect(outcome(disk)).toEqual({ ids: upTo(last) });
  });

  it('is refused in the newest segment', () => {
    const bytes = bytesOf(disk, 1);
    let cuts = 0;
    // The zero part of the header is one rule; a look at some of its bytes will do.
    for (let i = 0; i < end + 2 * SECTOR; i += i >= SECTOR && i < SEGMENT_HEADER_BYTES - 64 ? 61 : 1) {
      const mask = [0xff, 0x01, 0x80][i % 3]!;
      bytes[i]! ^= mask;
      const found = outcome(disk);
      bytes[i]! ^= mask;
      if (found.damage !== undefined) continue;
      // Behind the last frame there was nothing. What appears in a later sector looks like a frame without its header.
      expect(found.ids, `byte ${i}`).toEqual(upTo(last));
      expect(i).toBeGreaterThanOrEqual(end - (end % SECTOR) + SECTOR);
      expect(found.cut).toMatchObject({ offset: end });
      cuts++;
    }
    expect(cuts).toBe(2 * SECTOR - (SECTOR - (end % SECTOR)));
  });

  it('is refused in a closed segment, up to where it was closed, and ignored behind', () => {
    const again = new SimulatedDisk(seeded(1));
    again.names.set(segmentPath(DIRECTORY, 1), disk.names.get(segmentPath(DIRECTORY, 1))!);
    new TestJournal(DIRECTORY, { disk: again }).append(1);
    const bytes = bytesOf(again, 1);
    for (let i = SEGMENT_HEADER_BYTES; i < end + 2 * SECTOR; i++) {
      bytes[i]! ^= 0xff;
      const found = outcome(again);
      bytes[i]! ^= 0xff;
      if (i < end) expect(found.damage, `byte ${i}`).toBeDefined();
      else expect(found).toEqual({ ids: upTo(last + 1) });
    }
  });

  it('is refused in a segment that was never used', () => {
    const unused = new Uint8Array(4 * 1024 * 1024);
    const content = { current: unused, durable: unused, dirty: new Set<number>() };
    disk.names.set(segmentPath(DIRECTORY, 2), content);
    expect(outcome(disk)).toEqual({ ids: upTo(last) });
    for (const i of [0, 1, 511, 512, 4095, 4096, 100_000, unused.length - 1]) {
      unused[i] = 1;
      expect(outcome(disk).damage, `byte ${i}`).toBeDefined();
      unused[i] = 0;
    }
    disk.names.delete(segmentPath(DIRECTORY, 2));
  });
});

describe('a torn last frame', () => {
  const shifts = [0, 64, 128, 192, 256, 320, 384, 448];

  it.each(shifts)('is cut wherever it was torn, beginning %i bytes into a sector', (shift) => {
    const { disk, at, end, before } = journalWith(shift, 20);
    const bytes = bytesOf(disk, 1);
    const whole = bytes.slice(at, end);
    const sectors: [number, number][] = [];
    for (let from = at; from < end; from = from - (from % SECTOR) + SECTOR)
      sectors.push([from, Math.min(end, from - (from % SECTOR) + SECTOR)]);
    // Every set of sectors that may not have been written, but none.
    for (let lost = 1; lost < 1 << sectors.length; lost++) {
      bytes.set(whole, at);
      for (const [i, [from, to]] of sectors.entries()) if ((lost >> i) & 1) bytes.fill(0, from, to);
      const all = lost === (1 << sectors.length) - 1;
      const found = outcome(disk);
      expect(found.ids, `lost sectors ${lost.toString(2)}: ${found.damage}`).toEqual(upTo(before));
      if (all) expect(found.cut).toBeUndefined();
      else expect(found.cut).toMatchObject({ offset: at, file: segmentPath(DIRECTORY, 1) });
    }

    // The next start closes the segment before what is torn, for good.
    const journal = new TestJournal(DIRECTORY, { disk });
    expect(outcome(disk)).toEqual({ ids: upTo(before) });
    journal.append(3);
    expect(outcome(disk)).toEqual({ ids: upTo(before + 3) });
    bytes.set(whole, at);
    expect(outcome(disk)).toEqual({ ids: upTo(before + 3) });
  });

  it('is damage where one sector is not all there, or not all gone', () => {
    const { disk, at, end } = journalWith(192, 20);
    const bytes = bytesOf(disk, 1);
    const whole = bytes.slice(at, end);
    // All lines but the last, which has a sector of its own.
    expect(end % SECTOR).toBe(64);
    for (let from = at; from < end - 64; from += 64) {
      bytes.fill(0, from, from + 64);
      expect(outcome(disk).damage, `line at ${from - at}`).toBeDefined();
      bytes.set(whole, at);
    }
    // The header's line and the rest of its sector stand and fall together.
    bytes.fill(0, at, at + 64);
    bytes.fill(0, at + 320, end);
    expect(outcome(disk).damage).toMatch(/no header, and the rest of the same sector is not zero/);
  });

  it('is damage where anything was written behind it', () => {
    for (const shift of shifts) {
      const disk = new SimulatedDisk(seeded(1));
      const journal = new TestJournal(DIRECTORY, { disk });
      journal.append(2);
      for (let at = 256; at % SECTOR !== shift; at += 64 * 3) journal.append(1);
      const at = SEGMENT_HEADER_BYTES + 256 + 192 * (journal.sequence - 3);
      journal.append(40);
      const end = at + 128 + 40 * 64;
      journal.append(1);
      const bytes = bytesOf(disk, 1);
      const whole = bytes.slice(at, end);
      for (let from = at - (at % SECTOR); from < end; from += SECTOR) {
        bytes.fill(0, Math.max(from, at), Math.min(from + SECTOR, end));
        expect(outcome(disk).damage, `sector at ${from - at}`).toBeDefined();
        bytes.set(whole, at);
      }
      bytes.fill(0, at, end);
      expect(outcome(disk).damage).toBeDefined();
    }
  });

  it('is damage where there is more than one frame can hold', () => {
    const { disk, end } = journalWith(0, 1);
    const bytes = bytesOf(disk, 1);
    const limit = end + FRAME_HEADER_BYTES + 64 * MAX_GROUP_LINES;
    bytes[limit - 1] = 1;
    expect(outcome(disk).cut).toMatchObject({ offset: end, bytes: limit - end });
    bytes[limit] = 1;
    expect(outcome(disk).damage).toMatch(/more behind it than one frame can hold/);
  });
});
