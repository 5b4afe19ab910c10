import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Side } from '../model/command.js';

/** A fill as the venue recorded it: `maker` is the id of the resting order in the file. */
export interface FlowFill {
  readonly maker: string;
  readonly sizeLots: number;
  readonly priceTicks: number;
}

/** One line of a recorded flow; `line` counts from 1 in the file. */
export type FlowRow =
  | {
      readonly kind: 'add';
      readonly line: number;
      readonly id: string;
      readonly side: Side;
      readonly priceTicks: number;
      readonly sizeLots: number;
    }
  | { readonly kind: 'cancel'; readonly line: number; readonly id: string }
  | { readonly kind: 'reduce'; readonly line: number; readonly id: string; readonly byLots: number }
  | {
      readonly kind: 'take';
      readonly line: number;
      /** Undefined for an immediate-or-cancel order, else the id under which the rest stays. */
      readonly id: string | undefined;
      readonly side: Side;
      readonly priceTicks: number;
      readonly sizeLots: number;
      readonly fills: readonly FlowFill[];
    }
  | { readonly kind: 'view'; readonly line: number; readonly levels: FlowLevels };

/** The whole book, best first: each level as [price in ticks, size in lots]. */
export interface FlowLevels {
  readonly asks: readonly (readonly [number, number])[];
  readonly bids: readonly (readonly [number, number])[];
}

/**
 * Reads a `*.flow.csv.gz` file: recorded orders and what the venue made of them, one operation a line.
 *
 * @throws Error with the file, and the line where one is not understood.
 */
export function readFlow(path: string): FlowRow[] {
  const text = unpack(path);
  const rows: FlowRow[] = [];
  let line = 0;
  for (const content of text.split('\n')) {
    line++;
    if (content === '' || content.startsWith('#')) continue;
    try {
      rows.push(parseRow(content.split(','), line));
    } catch (error) {
      throw new Error(`${path} line ${line}: ${(error as Error).message}: ${content.slice(0, 80)}`);
    }
  }
  return rows;
}

function unpack(path: string): string {
  const packed = readFileSync(path);
  try {
    return gunzipSync(packed).toString('utf8');
  } catch (error) {
    throw new Error(`${path} is not a gzip file: ${(error as Error).message}`);
  }
}

/** The columns are: operation, row of the original file, source, then what the operation needs. */
function parseRow(columns: readonly string[], line: number): FlowRow {
  const [operation, , third = '', id = '', a = '', b = '', c = '', d = ''] = columns;
  switch (operation) {
    case 'A':
      return { kind: 'add', line, id, side: parseSide(a), priceTicks: whole(b), sizeLots: whole(c) };
    case 'C':
      return { kind: 'cancel', line, id };
    case 'R':
      return { kind: 'reduce', line, id, byLots: whole(a) };
    case 'X':
      return {
        kind: 'take',
        line,
        id: undefined,
        side: parseSide(id),
        priceTicks: whole(a),
        sizeLots: whole(b),
        fills: parseFills(c),
      };
    case 'M':
      return {
        kind: 'take',
        line,
        id,
        side: parseSide(a),
        priceTicks: whole(b),
        sizeLots: whole(c),
        fills: parseFills(d),
      };
    case 'V':
      return { kind: 'view', line, levels: parseLevels(third) };
    default:
      throw new Error(`"${operation}" is not an operation`);
  }
}

function parseSide(text: string): Side {
  if (text === 'B') return Side.Buy;
  if (text === 'S') return Side.Sell;
  throw new Error(`"${text}" is not a side`);
}

function whole(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isSafeInteger(value)) throw new Error(`"${text}" is not a whole number`);
  return value;
}

function parseFills(text: string): FlowFill[] {
  if (text === '') return [];
  return text.split(';').map((fill) => {
    const [maker = '', size = '', price = ''] = fill.split(':');
    return { maker, sizeLots: whole(size), priceTicks: whole(price) };
  });
}

/** `ask:size:bid:size;…`; a side that has fewer levels leaves its two fields empty. */
function parseLevels(text: string): FlowLevels {
  const asks: [number, number][] = [];
  const bids: [number, number][] = [];
  for (const level of text === '' ? [] : text.split(';')) {
    const [ask = '', askSize = '', bid = '', bidSize = ''] = level.split(':');
    if (ask !== '') asks.push([whole(ask), whole(askSize)]);
    if (bid !== '') bids.push([whole(bid), whole(bidSize)]);
  }
  return { asks, bids };
}
