/** What `import … from 'tickloom/client'` gives in a browser. Nothing here needs Node.js. */
import { browserPlatform } from './browser-platform.js';
import { Client } from './client.js';
import type { ConnectOptions } from './options.js';

export * from './surface.js';

/** A client of an exchange, over the page's own WebSocket. */
export class TickloomClient extends Client {
  /**
   * Connects and logs in; resolves once a session is open. Listen at once: what was missed since `resumeFrom` comes
   * next. Where the exchange cannot be reached it is tried again, up to `connectTimeoutMs`.
   *
   * @throws ConnectionError where the exchange refuses (401, 403, …) or is not there in time; TypeError, RangeError of
   * one sentence where an option is wrong
   */
  static async connect(options: ConnectOptions): Promise<TickloomClient> {
    const client = new TickloomClient(options, browserPlatform);
    await client.open();
    return client;
  }
}
