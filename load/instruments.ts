import { parseDecimal } from '../src/wire/decimal.js';
import type { InstrumentObject } from '../src/wire/instrument-object.js';
import type { FlowInstrument } from './flow.js';
import { ServerError } from './server-process.js';

/** An instrument as `GET /instruments` gives it. */
export type ListedInstrument = InstrumentObject & { readonly shard?: number };

/**
 * Asks an exchange what it lists, and takes the first instrument of each shard: one book a shard carries the flow.
 *
 * @throws ServerError where it lists nothing, or answers otherwise.
 */
export async function fetchInstruments(host: string, port: number): Promise<FlowInstrument[]> {
  const response = await fetch(`http://${host}:${port}/instruments`);
  if (!response.ok) throw new ServerError(`GET /instruments answers with status ${response.status}`);
  const listed = (await response.json()) as readonly ListedInstrument[];
  const byShard = new Map<number, FlowInstrument>();
  for (const instrument of listed) {
    const shard = instrument.shard ?? 0;
    if (!byShard.has(shard)) byShard.set(shard, flowInstrument(instrument));
  }
  if (byShard.size === 0)
    throw new ServerError('the exchange lists no instrument; give --config one that does');
  return [...byShard.entries()].sort(([a], [b]) => a - b).map(([, instrument]) => instrument);
}

/** Bounds in ticks and lots, as binary records count them. Throws ServerError where a field is not a decimal. */
export function flowInstrument(listed: ListedInstrument): FlowInstrument {
  const steps = (value: string, step: string, decimals: number): number => {
    const units = parseDecimal(value, decimals);
    const stepUnits = parseDecimal(step, decimals);
    if (units === undefined || stepUnits === undefined)
      throw new ServerError(`instrument ${listed.symbol} has a bound "${value}" in steps of "${step}"`);
    return Math.floor(units / stepUnits);
  };
  return {
    id: listed.id,
    minPriceTicks: steps(listed.minPrice, listed.tickSize, listed.priceDecimals),
    maxPriceTicks: steps(listed.maxPrice, listed.tickSize, listed.priceDecimals),
    minSizeLots: steps(listed.minSize, listed.lotSize, listed.sizeDecimals),
    maxSizeLots: steps(listed.maxSize, listed.lotSize, listed.sizeDecimals),
  };
}
