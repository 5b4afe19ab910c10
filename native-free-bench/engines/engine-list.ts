import { FLOW_OPERATIONS, type FlowName } from '../flow-file.js';
import type { ContenderMaker } from './contender.js';

export const ENGINE_NAMES = [
  'tickloom',
  'tickloom-window-65536',
  'nodejs-order-book',
  'orderbook-match-engine',
  'limit-order-book',
] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** The peers: packages of npm that match orders in JavaScript. */
export const PEER_NAMES = [
  'nodejs-order-book',
  'orderbook-match-engine',
  'limit-order-book',
] as const satisfies readonly EngineName[];

const SMALL_WINDOW = 65_536;

/**
 * What can be waited for of slow engines: some seconds of work. Each of these parts runs faster than the whole flow, as
 * books are smaller at first, so that a slow engine looks no slower than it is.
 */
const usualParts: Partial<Record<EngineName, Partial<Record<FlowName, number>>>> = {
  'nodejs-order-book': { grow: 500_000 },
  'limit-order-book': { steady: 300_000, grow: 300_000 },
};

/**
 * Operations of a flow that an engine runs.
 *
 * @param asked the most that any engine runs; undefined for the whole flow
 * @param whole whether slow engines run as many as the others
 */
export function operationsOf(
  engine: EngineName,
  flow: FlowName,
  asked: number | undefined,
  whole: boolean,
): number {
  const most = asked ?? FLOW_OPERATIONS;
  return whole ? most : Math.min(most, usualParts[engine]?.[flow] ?? most);
}

/** Loads an engine. Only the one that is measured is loaded into a process. */
export async function loadEngine(engine: EngineName): Promise<ContenderMaker> {
  switch (engine) {
    case 'tickloom':
      return (await import('./tickloom.js')).tickloomMaker();
    case 'tickloom-window-65536':
      return (await import('./tickloom.js')).tickloomMaker({ clientIdWindow: SMALL_WINDOW });
    case 'nodejs-order-book':
      return (await import('./nodejs-order-book.js')).makeNodejsOrderBook;
    case 'orderbook-match-engine':
      return (await import('./orderbook-match-engine.js')).makeOrderbookMatchEngine;
    case 'limit-order-book':
      return (await import('./limit-order-book.js')).makeLimitOrderBook;
  }
}
