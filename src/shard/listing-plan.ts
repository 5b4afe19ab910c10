import {
  differingField,
  type Instrument,
  instrumentFault,
  type UnlistedInstrument,
} from '../model/instrument.js';

/** The instruments that are asked for cannot be listed. One sentence. */
export class ListingError extends Error {}

/**
 * Compares the configuration with what the logs list, and says what is to be listed where. A new instrument goes to
 * the shard with the fewest; where it went is fixed by the log from then on. An instrument that the configuration no
 * longer names stays listed: its orders are still there.
 *
 * @param configured the instruments of the configuration
 * @param listed by shard, what its log lists
 * @returns by shard, what to list
 * @throws ListingError where an instrument contradicts itself, stands there twice, or differs from the log's
 */
export function planListings(
  configured: readonly UnlistedInstrument[],
  listed: readonly (readonly Instrument[])[],
): Instrument[][] {
  const plan: Instrument[][] = listed.map(() => []);
  const known = new Map<string, Instrument>();
  let lastId = 0;
  for (const instrument of listed.flat()) {
    known.set(instrument.symbol, instrument);
    lastId = Math.max(lastId, instrument.id);
  }
  const sizes = listed.map((instruments) => instruments.length);
  for (const instrument of configured) {
    const before = known.get(instrument.symbol);
    if (before !== undefined) {
      const field = differingField(instrument, before);
      if (field !== undefined)
        throw new ListingError(
          `instrument ${instrument.symbol}: ${field} is ${instrument[field]} in the configuration and ${before[field]} in the log; ` +
            'a listed instrument cannot change, so list it under another symbol or restore the old value',
        );
      continue;
    }
    const listing = { id: ++lastId, ...instrument };
    const fault = instrumentFault(listing);
    if (fault !== undefined) throw new ListingError(`instrument ${instrument.symbol}: ${fault}`);
    const shard = sizes.indexOf(Math.min(...sizes));
    plan[shard]!.push(listing);
    sizes[shard]!++;
    known.set(instrument.symbol, listing);
  }
  return plan;
}
