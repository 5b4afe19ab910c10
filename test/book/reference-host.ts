import type { Command } from './commands.js';
import type { SeenEvent } from './events.js';
import type { Host, Level } from './venue.js';

/** The slow reference book, given commands as objects. */
export class ReferenceHost implements Host {
  constructor(shard: number, window: number) {
    throw new Error(`not yet: ${shard} ${window}`);
  }

  apply(_command: Command, _time: number): SeenEvent[] {
    return [];
  }

  levels(_instrument: number, _side: number): Level[] {
    return [];
  }

  readonly liveOrders = 0;
  readonly rememberedClientIds = 0;
}
