/** How an engine is made. */
export interface EngineSettings {
  /** Number of the shard, from 0 to MAX_SHARDS - 1. */
  readonly shard: number;
  /** Commands whose client ids are remembered; 1 to 2^24, by default CLIENT_ID_WINDOW. */
  readonly clientIdWindow?: number;
  /**
   * Most open orders of an account that has no limit of its own; 0 to MAX_LIVE_ORDERS, by default 0: any number. A Settings command
   * of the log sets another.
   */
  readonly maxOpenOrders?: number;
  /** Orders that may live at a time; by default and at most MAX_LIVE_ORDERS. */
  readonly maxLiveOrders?: number;
  /** Pages of 64 prices that may be in use at a time; by default and at most MAX_PAGES. */
  readonly maxPricePages?: number;
  /**
   * 32 bits that decide where client ids and accounts stand in their hash tables, by default 0. It changes no event; a
   * random one keeps clients from choosing ids that fall together.
   */
  readonly hashSalt?: number;
}
