/** The names of a shard's keys and of the channels. One hash tag for all keys of a shard: they live on one node. */
export class RedisKeys {
  /** What all keys of the shard begin with. */
  readonly prefix: string;
  readonly position: string;
  readonly commands: string;
  readonly events: string;

  constructor(shard: number) {
    this.prefix = `tickloom:{shard-${shard}}:`;
    this.position = `${this.prefix}position`;
    this.commands = `${this.prefix}commands`;
    this.events = `${this.prefix}events`;
  }

  order(orderId: number): string {
    return `${this.prefix}order:${orderId}`;
  }

  top(symbol: string): string {
    return `${this.prefix}top:${symbol}`;
  }

  /** Every name is the same in all shards: an instrument is in one of them. */
  static trades(symbol: string): string {
    return `tickloom:trades:${symbol}`;
  }

  static tops(symbol: string): string {
    return `tickloom:tops:${symbol}`;
  }
}
