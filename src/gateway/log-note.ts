import type { Session } from './session.js';

/** Something worth remembering, on its way to the log. It never holds a secret, nor what a client has signed. */
export interface LogNote {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** What happened, in a word or two with hyphens. */
  readonly event: string;
  readonly [fact: string]: string | number | readonly number[] | undefined;
}

/** What a note says of a session. */
export function factsOf(session: Session): {
  readonly session: number;
  readonly key: string;
  readonly address: string;
  readonly accounts: readonly number[];
} {
  const { number, actor, address, accounts } = session;
  return { session: number >>> 0, key: actor.keyId, address, accounts };
}
