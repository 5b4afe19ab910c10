/** What opens and ends a WebSocket session, for the AsyncAPI document. */

import { LEAST_HEARTBEAT_MS, MOST_DISCONNECT_GRACE_MS, MOST_HEARTBEAT_MS } from '../../model/limits.js';

const MAX_ACCOUNT = 0x7fff_ffff;

/** The query of `/ws`. A parameter of type array is named once for each of its values. */
export const sessionQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    account: {
      type: 'array',
      description:
        'Accounts that the session acts for, each as a parameter of its own; 0 is the operator. None: account 1, or all of the key.',
      items: { type: 'integer', minimum: 0, maximum: MAX_ACCOUNT },
      maxItems: 64,
    },
    after: {
      type: 'array',
      description:
        'Resumes: the last event seen of a shard as <shard>:<sequence>.<index>, each shard as a parameter of its own.',
      items: { type: 'string', pattern: '^[0-9]{1,2}:[0-9]{1,15}\\.[0-9]{1,10}$' },
    },
    heartbeat: {
      type: 'integer',
      description:
        'Milliseconds between heartbeats of the exchange; the client sends something within three of them.',
      minimum: LEAST_HEARTBEAT_MS,
      maximum: MOST_HEARTBEAT_MS,
    },
    cancelOnDisconnect: {
      type: 'integer',
      description: 'Cancels the orders of the session when it is gone for so many milliseconds.',
      minimum: 0,
      maximum: MOST_DISCONNECT_GRACE_MS,
    },
    session: {
      type: 'string',
      description: 'Name of the session, for who comes back within the time of cancelOnDisconnect.',
      pattern: '^[A-Za-z0-9._-]{1,36}$',
    },
    key: { type: 'string', description: 'With the next three, last in the query: credentials of a browser.' },
    timestamp: { type: 'string', pattern: '^[0-9]{1,20}$' },
    nonce: { type: 'string', pattern: '^[A-Za-z0-9_-]{8,64}$' },
    signature: { type: 'string', pattern: '^[0-9a-f]+$' },
  },
} as const;

export function upgradeHeaders(protocol: string): object {
  return {
    type: 'object',
    required: ['sec-websocket-protocol'],
    properties: {
      'sec-websocket-protocol': { type: 'string', description: 'What is offered.', examples: [protocol] },
      'tickloom-key': { type: 'string', description: 'Id of the key, where the exchange has keys.' },
      'tickloom-timestamp': { type: 'string', pattern: '^[0-9]{1,20}$' },
      'tickloom-nonce': { type: 'string', pattern: '^[A-Za-z0-9_-]{8,64}$' },
      'tickloom-signature': { type: 'string', pattern: '^[0-9a-f]+$' },
    },
  };
}

/** Why the exchange closes a session. */
export const closeCodes = [
  { code: 1001, why: 'the exchange is shutting down' },
  { code: 1003, why: 'a text message came where the subprotocol is binary, or the other way round' },
  { code: 1006, why: 'the connection was cut; on some transports also what 1009 says' },
  { code: 1008, why: 'the key was revoked or changed' },
  { code: 1009, why: 'a message was over the largest that is read' },
  { code: 1013, why: 'this gateway has fallen behind its shard: reconnect and resume' },
  { code: 4001, why: 'nothing came from the client for three heartbeats' },
  { code: 4002, why: 'too many bytes wait to be read: reconnect and resume' },
] as const;
