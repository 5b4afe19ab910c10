import { flowEngine, RandomFlow } from './flow.js';

/** The hash of a fixed stream of commands: bundled and run wherever it should come out the same. */
export function hashOfFlow(): string {
  const engine = flowEngine();
  new RandomFlow(7).run(engine, 20_000);
  const { sequence, eventHash } = engine;
  return `${sequence} commands, hash ${eventHash}, ${engine.trades().length} trades kept`;
}
