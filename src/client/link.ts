import type { Clock, TimerId } from '../clock/clock.js';
import type { Randomness } from '../clock/randomness.js';
import { CONNECT_ATTEMPT_MS, MISSED_HEARTBEATS } from '../model/limits.js';
import type { Door, Upgrade } from './door.js';
import { ConnectionError } from './errors.js';
import { decodeEvents, joinMessages, SUBPROTOCOL } from './messages.js';
import type { ClientSettings } from './options.js';
import type { ClientSocket, Platform, SocketEvents } from './platform.js';

/** Why there is no connection. */
export interface Disconnected {
  /** Close code; 1006 where there was none. */
  readonly code: number;
  readonly reason: string;
  /** When the next attempt is made, in ms from now. */
  readonly retryMs: number;
}

/** What a link tells. */
export interface LinkEvents {
  /** What the next upgrade asks for. May throw as `Door.venue` does. */
  upgrade(): Promise<Upgrade>;
  /** A session is open; what was missed comes now. */
  opened(): void;
  message(events: readonly unknown[]): void;
  disconnected(how: Disconnected): void;
  /** There will be no connection any more. */
  stopped(error: ConnectionError): void;
}

export interface LinkParts {
  readonly settings: ClientSettings;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly platform: Pick<Platform, 'open' | 'takesHeaders' | 'hold'>;
  readonly door: Door;
  readonly told: LinkEvents;
}

/** Close codes after which another attempt would fare no better: we are not understood, or the key is gone. */
const FOR_GOOD: ReadonlySet<number> = new Set([1003, 1007, 1008]);

const BROKEN = 1006;
const GOING = 1000;
/** Our own: the exchange has gone silent, or told something that cannot be. */
const GIVEN_UP = 4000;

/** One attempt to have a connection, and the connection. */
interface Attempt {
  socket: ClientSocket | undefined;
  isOpen: boolean;
}

/**
 * A connection that comes back: attempts with growing, random waits between them, an end to those that take too long or
 * have gone silent, and messages that one turn of the event loop sends joined to one.
 */
export class Link {
  readonly #parts: LinkParts;
  readonly #release: () => void;
  #attempt: Attempt | undefined;
  /** Attempts since the last session that was ready. */
  #failures = 0;
  #alert: TimerId | undefined;
  #watch: TimerId | undefined;
  #lastReceivedNs = 0;
  #waiting: Uint8Array[] = [];
  #isEnded = false;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#release = parts.platform.hold();
  }

  get isOpen(): boolean {
    return this.#attempt?.isOpen === true;
  }

  /** Makes the first attempt. */
  start(): void {
    void this.#try();
  }

  /** Sends at the end of the turn, with what else is sent in it. Does nothing where no session is open. */
  send(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    if (this.#waiting.push(bytes) === 1) queueMicrotask(() => this.#flush());
  }

  /** Sends at once: what tells the time must not wait. */
  sendNow(bytes: Uint8Array): void {
    if (this.isOpen) this.#attempt!.socket!.send(bytes);
  }

  /** The session has told all that was missed. */
  ready(): void {
    this.#failures = 0;
    this.#cancelAlert();
  }

  /** Gives the connection up and makes another one. */
  drop(reason: string): void {
    if (this.#attempt !== undefined) this.#lost(this.#attempt, GIVEN_UP, reason);
  }

  /** Ends for good. Tells nothing. */
  close(): void {
    const socket = this.#attempt?.socket;
    const isOpen = this.isOpen;
    if (isOpen) this.#flush();
    this.#end();
    if (isOpen) socket!.close(GOING, '');
    else socket?.cut();
  }

  /** Ends for good because of an error. */
  stop(error: ConnectionError): void {
    if (this.#isEnded) return;
    const socket = this.#attempt?.socket;
    this.#end();
    socket?.cut();
    this.#parts.told.stopped(error);
  }

  #end(): void {
    this.#isEnded = true;
    this.#attempt = undefined;
    this.#cancelAlert();
    this.#unwatch();
    this.#release();
  }

  async #try(): Promise<void> {
    const { clock, platform, told } = this.#parts;
    const attempt: Attempt = { socket: undefined, isOpen: false };
    this.#attempt = attempt;
    this.#alert = clock.setAlert(clock.nowNs() + CONNECT_ATTEMPT_MS * 1e6, () =>
      this.#lost(attempt, BROKEN, `no session within ${CONNECT_ATTEMPT_MS} ms`),
    );
    try {
      const { url, headers } = await told.upgrade();
      if (this.#attempt === attempt)
        attempt.socket = platform.open(url, SUBPROTOCOL, headers, this.#eventsOf(attempt));
    } catch (error) {
      if (this.#attempt !== attempt) return;
      if (error instanceof ConnectionError) this.stop(error);
      else this.#lost(attempt, BROKEN, messageOf(error));
    }
  }

  #eventsOf(attempt: Attempt): SocketEvents {
    const { clock, door, platform, told } = this.#parts;
    const isMine = () => this.#attempt === attempt;
    return {
      opened: () => {
        if (!isMine()) return;
        attempt.isOpen = true;
        door.opened();
        this.#watchOver(attempt);
        told.opened();
      },
      message: (message) => {
        if (!isMine()) return;
        this.#lastReceivedNs = clock.nowNs();
        let events: unknown[];
        try {
          events = decodeEvents(message);
        } catch (error) {
          this.drop(`a message cannot be read: ${messageOf(error)}`);
          return;
        }
        told.message(events);
      },
      closed: (code, reason) => {
        if (!isMine()) return;
        if (FOR_GOOD.has(code))
          this.stop(
            new ConnectionError(
              `The exchange ended the session for good (${code}): ${reason || 'it does not say why'}.`,
              {
                closeCode: code,
              },
            ),
          );
        else if (attempt.isOpen || platform.takesHeaders) this.#lost(attempt, code, reason);
        else void this.#refused(attempt, door.whyRefused(), 'no connection, or the upgrade was refused');
      },
      refused: (status, body) => {
        if (isMine())
          void this.#refused(attempt, door.refusal(status, body), `refused with ${status}: ${body}`);
      },
    };
  }

  /** An upgrade was refused, or may have been: by what is found out about it the link ends or tries again. */
  async #refused(
    attempt: Attempt,
    why: Promise<ConnectionError | undefined>,
    otherwise: string,
  ): Promise<void> {
    let error: ConnectionError | undefined;
    try {
      error = await why;
    } catch (cause) {
      // The exchange cannot be reached by HTTP either.
      if (cause instanceof ConnectionError) error = cause;
    }
    if (this.#attempt !== attempt) return;
    if (error === undefined) this.#lost(attempt, BROKEN, otherwise);
    else this.stop(error);
  }

  #lost(attempt: Attempt, code: number, reason: string): void {
    if (this.#attempt !== attempt) return;
    const { settings, clock, randomness, told } = this.#parts;
    this.#attempt = undefined;
    this.#waiting = [];
    this.#cancelAlert();
    this.#unwatch();
    attempt.socket?.cut();
    if (settings.reconnect === undefined) {
      this.stop(
        new ConnectionError(`The connection ended (${code}): ${reason || 'it does not say why'}.`, {
          closeCode: code,
        }),
      );
      return;
    }
    const { firstMs, mostMs } = settings.reconnect;
    const longestMs = Math.min(mostMs, firstMs * 2 ** Math.min(this.#failures++, 30));
    // Up to half of it is taken away, so that many clients do not come at once.
    const retryMs = longestMs - randomness.below(Math.floor(longestMs / 2) + 1);
    this.#alert = clock.setAlert(clock.nowNs() + retryMs * 1e6, () => void this.#try());
    told.disconnected({ code, reason, retryMs });
  }

  /** Ends a connection over which nothing comes any more. */
  #watchOver(attempt: Attempt): void {
    const { clock, settings } = this.#parts;
    const heartbeatNs = settings.heartbeatMs * 1e6;
    this.#lastReceivedNs = clock.nowNs();
    this.#watch = clock.setTimer(heartbeatNs, () => {
      if (clock.nowNs() - this.#lastReceivedNs < MISSED_HEARTBEATS * heartbeatNs) return;
      this.#lost(attempt, GIVEN_UP, `nothing came for ${MISSED_HEARTBEATS} heartbeats`);
    });
  }

  #flush(): void {
    const messages = joinMessages(this.#waiting, this.#parts.settings.messageBytes);
    this.#waiting = [];
    if (this.isOpen) for (const bytes of messages) this.#attempt!.socket!.send(bytes);
  }

  #cancelAlert(): void {
    if (this.#alert !== undefined) this.#parts.clock.cancel(this.#alert);
    this.#alert = undefined;
  }

  #unwatch(): void {
    if (this.#watch !== undefined) this.#parts.clock.cancel(this.#watch);
    this.#watch = undefined;
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
