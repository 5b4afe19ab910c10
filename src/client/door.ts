import { type Credentials, withCredentials } from '../access/signed-text.js';
import type { Clock } from '../clock/clock.js';
import type { Randomness } from '../clock/randomness.js';
import type { ClientKey } from './client-key.js';
import { asHeaders, credentialsFor } from './credentials.js';
import { ConnectionError } from './errors.js';
import type { ClientSettings } from './options.js';
import type { Fetch, Signer } from './platform.js';
import type { ServerClock } from './server-clock.js';

export interface DoorParts {
  readonly settings: ClientSettings;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly randomness: Randomness;
  readonly fetch: Fetch;
  readonly takesHeaders: boolean;
  /** There where the client logs in. */
  readonly login: { readonly key: ClientKey; readonly signer: Signer } | undefined;
}

/** What the exchange says by HTTP that must be known before a session is opened. */
export interface Venue {
  readonly shards: number;
  readonly accounts: readonly number[];
}

/** An upgrade as it is sent. */
export interface Upgrade {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Statuses by which the exchange says that this request will never do. */
const FOR_GOOD: ReadonlySet<number> = new Set([400, 401, 403, 404, 426]);

/** How a session is asked for, and why it was refused. */
export class Door {
  readonly #parts: DoorParts;
  /** Whether the clock was set by the exchange after it had refused our timestamps, and they have not done since. */
  #hasSetClock = false;

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /**
   * How many shards there are, and which accounts the session acts for.
   *
   * @throws ConnectionError where the exchange refuses for good; another error where it cannot be reached
   */
  async venue(): Promise<Venue> {
    const { settings, login } = this.#parts;
    const health = await this.#get('/health');
    const { shards } = readJson(health.body) as { readonly shards?: readonly unknown[] };
    if (!Array.isArray(shards))
      throw new Error(
        `${settings.address.httpOrigin} answers ${health.status} and does not say how many shards it has`,
      );
    if (settings.accounts !== undefined) return { shards: shards.length, accounts: settings.accounts };
    const session = await this.#get('/session', login !== undefined);
    const { accounts } = readJson(session.body) as { readonly accounts?: readonly number[] };
    if (session.status !== 200 || !Array.isArray(accounts)) {
      const error = await this.refusal(session.status, session.body);
      throw error ?? new Error(`GET /session: ${session.status} ${session.body}`);
    }
    if (accounts.length === 0)
      throw new ConnectionError('accounts: this key has none of its own; name those to act for.');
    return { shards: shards.length, accounts };
  }

  /** The upgrade to a session that goes on behind these events. */
  async upgrade(accounts: readonly number[], after: readonly string[]): Promise<Upgrade> {
    const { settings, takesHeaders } = this.#parts;
    const { address, session, cancelOnDisconnectMs, heartbeatMs } = settings;
    const query = [
      ...accounts.map((account) => `account=${account}`),
      ...after.map((place) => `after=${place}`),
      `heartbeat=${heartbeatMs}`,
    ];
    if (cancelOnDisconnectMs !== undefined) query.push(`cancelOnDisconnect=${cancelOnDisconnectMs}`);
    if (session !== undefined) query.push(`session=${session}`);
    const target = `${address.prefix}/ws?${query.join('&')}`;
    const credentials = await this.#sign(target);
    if (credentials === undefined) return { url: address.wsOrigin + target, headers: {} };
    if (takesHeaders) return { url: address.wsOrigin + target, headers: asHeaders(credentials) };
    return { url: address.wsOrigin + withCredentials(target, credentials), headers: {} };
  }

  /** A session was opened: what was refused before does not count any more. */
  opened(): void {
    this.#hasSetClock = false;
  }

  /** What a refusal means: an error where it is for good, undefined where another attempt may fare better. */
  async refusal(status: number, body: string): Promise<ConnectionError | undefined> {
    if (!FOR_GOOD.has(status)) return undefined;
    const { reason, text } = readJson(body) as { readonly reason?: string; readonly text?: string };
    if (reason === 'nonce-used') return undefined;
    if (reason === 'timestamp-outside-window' && !this.#hasSetClock) {
      this.#hasSetClock = true;
      await this.#askTime();
      return undefined;
    }
    const sentence = text ?? (body === '' ? 'It does not say why.' : body);
    return new ConnectionError(`The exchange refuses this client (${status}): ${sentence}`, { status });
  }

  /** Where a platform does not say why an upgrade was refused: asks for the same by HTTP. */
  async whyRefused(): Promise<ConnectionError | undefined> {
    if (this.#parts.login === undefined) return undefined;
    const { status, body } = await this.#get('/session', true);
    return status === 404 ? undefined : await this.refusal(status, body);
  }

  /** Has the exchange say what time it is, for a machine whose clock is wrong. */
  async #askTime(): Promise<void> {
    const { clock, serverClock } = this.#parts;
    const sentNs = clock.epochNs();
    const { body } = await this.#get(`/time?clientTimeNs=${sentNs}`);
    const receivedNs = clock.epochNs();
    const answer = readJson(body) as { readonly receivedNs?: string; readonly sentNs?: string };
    if (answer.receivedNs === undefined || answer.sentNs === undefined) return;
    serverClock.begin();
    serverClock.add({
      sentNs,
      serverReceivedNs: BigInt(answer.receivedNs),
      serverSentNs: BigInt(answer.sentNs),
      receivedNs,
    });
  }

  async #get(path: string, isSigned = false): Promise<{ readonly status: number; readonly body: string }> {
    const { address } = this.#parts.settings;
    const target = address.prefix + path;
    const credentials = isSigned ? await this.#sign(target) : undefined;
    const headers = credentials === undefined ? {} : asHeaders(credentials);
    const response = await this.#parts.fetch(address.httpOrigin + target, { headers });
    return { status: response.status, body: await response.text() };
  }

  async #sign(target: string): Promise<Credentials | undefined> {
    const { login, clock, serverClock, randomness } = this.#parts;
    if (login === undefined) return undefined;
    const timeNs = clock.epochNs() + serverClock.offsetNs;
    return await credentialsFor({ method: 'GET', target, timeNs }, login.key.id, login.signer, randomness);
  }
}

/** An object, empty where the text is none. */
function readJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
