import type { EventOf } from '../wire/event-schema.js';

/** What the exchange said no to. It did nothing for the command. */
export class OrderRejected extends Error {
  override readonly name = 'OrderRejected';
  /** Number of the reason; docs/protocol.md has the table. */
  readonly code: number;
  /** Name of the reason: `price-off-tick`, `unknown-order`, … */
  readonly reason: string;
  /** What to do about it, in a sentence. */
  readonly text: string;
  /** True where a gateway said it: the command never reached the log, and its client id may be used again. */
  readonly refused: boolean;
  /** The answer itself. */
  readonly event: EventOf<'rejected'>;

  constructor(event: EventOf<'rejected'>) {
    super(`${event.reason} (${event.code}): ${event.text}`);
    this.code = event.code;
    this.reason = event.reason;
    this.text = event.text;
    this.refused = event.refused === true;
    this.event = event;
  }
}

/** Why a client cannot connect and does not try again, or has given up: the message says what to do. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** HTTP status with which the exchange refused, where it is known. */
  readonly status: number | undefined;
  /** Close code of the connection, where it was closed for good. */
  readonly closeCode: number | undefined;

  constructor(message: string, how: { readonly status?: number; readonly closeCode?: number } = {}) {
    super(message);
    this.status = how.status;
    this.closeCode = how.closeCode;
  }
}

/**
 * The client was closed, or stopped for good, before the answer came. Whether the exchange has done the command is not
 * known: send it again with the same client id to learn it.
 */
export class AnswerUnknown extends Error {
  override readonly name = 'AnswerUnknown';
  /** Client id of the command; null for a read. */
  readonly clientId: number | string | null;

  constructor(clientId: number | string | null, cause: Error) {
    super(
      clientId === null
        ? `No answer: ${cause.message}`
        : `Whether command ${clientId} was done is not known; send it again with the same client id. ${cause.message}`,
      { cause },
    );
    this.clientId = clientId;
  }
}
