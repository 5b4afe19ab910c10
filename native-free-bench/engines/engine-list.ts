import { FLOW_OPERATIONS } from '../flow-file.js';
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

/** Some seconds of work for the slow ones. Their first operations are their fastest, so a prefix is to their favour. */
const usualOperations: Readonly<Record<EngineName, number>> = {
  tickloom: FLOW_OPERATIONS,
  'tickloom-window-65536': FLOW_OPERATIONS,
  'nodejs-order-book': 500_000,
  'orderbook-match-engine': FLOW_OPERATIONS,
  'limit-order-book': 300_000,
};

/** Operations of a flow that an engine runs: what is asked for, all of it, or what can be waited for. */
export function operationsOf(engine: EngineName, asked: number | undefined, whole: boolean): number {
  const most = asked ?? FLOW_OPERATIONS;
  return whole ? most : Math.min(most, usualOperations[engine]);
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
