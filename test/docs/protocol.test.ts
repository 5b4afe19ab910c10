import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RejectCode, rejectReasons } from '../../src/model/reject.js';
import { decodeEvents, encodeOrder, eventFlag } from '../support/binary-client.js';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

/** The bytes of the code block after a heading. */
function bytesAfter(heading: string): Buffer {
  const block = page.slice(page.indexOf(heading)).match(/```\n([0-9a-fA-F\s]+)```/);
  return Buffer.from(block![1]!.replaceAll(/\s/g, ''), 'hex');
}

describe('the protocol page', () => {
  it('shows an order as it is on the wire', () => {
    const shown = bytesAfter('### Example: buy 5 lots');
    expect(shown).toEqual(encodeOrder({ instrument: 1, account: 7, clientId: 1, price: 10_000, size: 5 }));
  });

  it('shows its answer as it is on the wire', () => {
    expect(decodeEvents(bytesAfter('### Example: the answer'))).toEqual([
      {
        kind: 'accepted',
        side: 1,
        code: 0,
        flags: eventFlag.answer | eventFlag.last,
        place: 5,
        index: 0,
        instrument: 1,
        account: 7,
        previousIndex: 0,
        previousPlace: 0,
        time: BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n,
        orderId: 5,
        clientId: 1,
        price: 10_000,
        size: 5,
        remaining: 5,
        cumulative: 0,
      },
    ]);
  });

  it('lists every reject code with its name and sentence', () => {
    for (const code of Object.values(RejectCode)) {
      const { name, sentence } = rejectReasons[code]!;
      expect(page).toContain(`| ${code} | \`${name}\` | ${sentence} |`);
    }
  });
});
