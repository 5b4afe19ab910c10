import { browser } from './browser.js';

/** What the page asks of the exchange that it came from, and how it shows who it is. */

export interface HealthAnswer {
  readonly status: 'ok' | 'failing';
  readonly timeNs: string;
  readonly transport: string;
  readonly durability: string;
  readonly clock: string;
  readonly sessions: number;
  readonly shards: readonly {
    readonly shard: number;
    readonly phase: string;
    readonly disk: string;
    readonly restarts: number;
    readonly sequence: number;
    readonly commands: number;
    readonly liveOrders: number;
    readonly waitingLines: number;
    readonly follower?: { readonly sequence: number; readonly behind: number; readonly snapshot: number };
  }[];
  readonly stores: readonly {
    readonly name: string;
    readonly shard: number;
    readonly state: string;
    readonly sequence: number;
    readonly behind: number;
  }[];
}

export interface HistogramsAnswer {
  readonly timeNs: string;
  readonly stages: readonly {
    readonly stage: string;
    readonly counts: readonly (readonly [number, number])[];
  }[];
}

export type Level = readonly [price: string, size: string, orders: number];

export interface BookAnswer {
  readonly symbol: string;
  readonly state: string;
  readonly lastPrice: string | null;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export interface TradeAnswer {
  readonly trade: number;
  readonly timeNs: string;
  readonly price: string;
  readonly size: string;
  readonly takerSide: string;
}

/** An answer with what was asked for, or why there is none. */
export type Answer<Body> =
  | { readonly kind: 'there'; readonly body: Body }
  /** Credentials are missing or are not the right ones. */
  | { readonly kind: 'locked'; readonly text: string }
  /** The exchange said no. */
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'away' };

const TOKEN = 'tickloom-token';
const DEADLINE_MS = 5_000;

export function tokenKept(): string | null {
  return browser.sessionStorage.getItem(TOKEN);
}

/** Kept until the tab is closed; an empty one is forgotten. */
export function keepToken(token: string): void {
  if (token === '') browser.sessionStorage.removeItem(TOKEN);
  else browser.sessionStorage.setItem(TOKEN, token);
}

export async function ask<Body>(path: string): Promise<Answer<Body>> {
  const token = tokenKept();
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  try {
    const response = await fetch(path, {
      headers,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const body = (await response.json()) as { event?: string; text?: string };
    if (body.event !== 'rejected') return { kind: 'there', body: body as Body };
    const text = body.text ?? `status ${response.status}`;
    return { kind: response.status === 401 || response.status === 403 ? 'locked' : 'refused', text };
  } catch {
    // No connection, no answer in time, or one that was cut: it will be back, or not.
    return { kind: 'away' };
  }
}
