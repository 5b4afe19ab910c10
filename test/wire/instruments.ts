import { DEFAULT_RULES, type Instrument } from '../../src/model/instrument.js';
import { InstrumentTable } from '../../src/wire/instrument-table.js';

/** Tick 0.05, lot 0.0001: neither is one unit of the last decimal of the price. */
export const bitcoin: Instrument = {
  id: 7,
  symbol: 'BTC-USD',
  priceDecimals: 2,
  sizeDecimals: 4,
  tickSize: 5,
  lotSize: 1,
  minPriceTicks: 1,
  maxPriceTicks: 20_000_000,
  minSizeLots: 1,
  maxSizeLots: 10_000_000,
  ...DEFAULT_RULES,
};

/** Whole shares, in lots of ten. */
export const stock: Instrument = {
  id: 300,
  symbol: 'ACME',
  priceDecimals: 2,
  sizeDecimals: 0,
  tickSize: 1,
  lotSize: 10,
  minPriceTicks: 1,
  maxPriceTicks: 1_000_000,
  minSizeLots: 1,
  maxSizeLots: 1_000_000,
  ...DEFAULT_RULES,
};

export function testInstruments(): InstrumentTable {
  const table = new InstrumentTable();
  table.add(bitcoin, 0);
  table.add(stock, 3);
  return table;
}
