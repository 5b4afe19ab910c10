import {
  CLIENT_BACKLOG_BYTES,
  CLIENT_STALL_MS,
  HANDSHAKE_MS,
  IDLE_SECONDS,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_ADDRESS,
  MAX_MESSAGE_BYTES,
  REQUEST_MS,
} from '../model/limits.js';

/** How much of the exchange a client may take up. What they are for stands in `model/limits.ts`. */
export interface GatewayLimits {
  /** Largest WebSocket message or HTTP body that is read. */
  readonly messageBytes: number;
  /** Connections of all gateways together, and WebSockets of one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Silence after which a connection is closed. */
  readonly idleSeconds: number;
  /** Until a connection has said what it wants. */
  readonly handshakeMs: number;
  /** Until the body of a request is there. */
  readonly requestMs: number;
  /** Age by its send time at which an order is refused instead of taken; 0: never. */
  readonly orderAgeMs: number;
  /** What may wait for a client, and for how long it may take none of it. */
  readonly clientBacklogBytes: number;
  readonly clientStallMs: number;
}

export const usualLimits: GatewayLimits = {
  messageBytes: MAX_MESSAGE_BYTES,
  connections: MAX_CONNECTIONS,
  connectionsPerAddress: MAX_CONNECTIONS_PER_ADDRESS,
  idleSeconds: IDLE_SECONDS,
  handshakeMs: HANDSHAKE_MS,
  requestMs: REQUEST_MS,
  orderAgeMs: 0,
  clientBacklogBytes: CLIENT_BACKLOG_BYTES,
  clientStallMs: CLIENT_STALL_MS,
};
