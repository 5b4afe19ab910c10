/** The AsyncAPI 3.0 document of the WebSocket side, made from the schemas that check messages. */

import type { z } from 'zod';
import { MAX_MESSAGE_BYTES } from '../../model/limits.js';
import { eventObjectSchema } from '../../wire/event-schema.js';
import { marketEventSchema, marketMessageSchemas } from '../../wire/market-schema.js';
import { commandSchemas } from '../../wire/order-schema.js';
import { sessionEventSchema, sessionMessageSchemas } from '../../wire/session-schema.js';
import { SESSION_PATH } from '../admission.js';
import { Protocol } from '../session.js';
import { documentInfo } from './document-info.js';
import { type Direction, type JsonSchema, SchemaLibrary } from './schema-library.js';
import { closeCodes, sessionQuery, upgradeHeaders } from './session-terms.js';

type Json = Readonly<Record<string, unknown>>;

/** All that a client may send. */
const clientMessageSchemas: readonly z.ZodType[] = [
  ...Object.values(commandSchemas),
  ...Object.values(sessionMessageSchemas),
  ...Object.values(marketMessageSchemas),
];

/** All that a session may be told. */
const eventSchemas: readonly z.ZodType[] = [
  ...eventObjectSchema.options,
  ...sessionEventSchema.options,
  ...marketEventSchema.options,
];

/** Messages as objects: one subprotocol in text, one in msgpack. */
const OBJECT_PROTOCOLS = [
  { channel: 'json', protocol: Protocol.Json, contentType: 'application/json', frames: 'text' },
  { channel: 'msgpack', protocol: Protocol.Msgpack, contentType: 'application/msgpack', frames: 'binary' },
] as const;

const BINARY_CHANNEL = 'binary';

class AsyncApi {
  readonly #library = new SchemaLibrary('draft-7');
  readonly #messages: Record<string, Json> = {};
  readonly #channels: Record<string, Json> = {};
  readonly #operations: Record<string, Json> = {};

  document(): Json {
    const events = eventSchemas.map((event) => this.#name(event, 'output'));
    const event = this.#library.add('Event', { oneOf: events.map(({ schema }) => schema) });
    const commands = clientMessageSchemas.map((message) => this.#name(message, 'input'));
    for (const { channel, protocol, contentType, frames } of OBJECT_PROTOCOLS) {
      const sent = commands.map(({ name, schema, summary }) =>
        this.#message(channel, name, { contentType, summary, payload: schema }),
      );
      sent.push(
        this.#message(channel, 'Commands', {
          contentType,
          summary: 'Several commands, taken in their order.',
          payload: { type: 'array', items: { oneOf: commands.map(({ schema }) => schema) } },
        }),
      );
      const told = this.#message(channel, 'Events', {
        contentType,
        summary: 'What happened, in order: answers, and all events of the accounts of the session.',
        description: `Events there are: ${events.map(({ name }) => name).join(', ')}.`,
        payload: { type: 'array', items: event, minItems: 1 },
      });
      this.#channel(channel, protocol, `Objects in ${frames} messages.`, [...sent, told]);
      this.#operate(channel, 'Receive', 'receive', 'What a client sends.', sent, told);
      this.#operate(channel, 'Send', 'send', 'What the exchange tells.', [told]);
    }
    this.#addBinary();
    return {
      asyncapi: '3.0.0',
      info: documentInfo('Tickloom over WebSocket', [
        'Commands in, events out. Each command has exactly one answer: the event with `answer: true` that names its client id.',
        `A session opens at \`${SESSION_PATH}\` with one of three subprotocols; the channels here are these three.`,
        `A message holds at most ${MAX_MESSAGE_BYTES} bytes.`,
        `Close codes: ${closeCodes.map(({ code, why }) => `${code}: ${why}`).join('; ')}.`,
      ]),
      servers: {
        exchange: {
          host: '{host}',
          protocol: 'ws',
          description: 'The exchange; `wss` where it has a certificate.',
          variables: { host: { default: '127.0.0.1:9001', description: 'Host and port of the exchange.' } },
          security: [{ $ref: '#/components/securitySchemes/signature' }],
        },
      },
      defaultContentType: 'application/json',
      channels: this.#channels,
      operations: this.#operations,
      components: {
        schemas: this.#library.schemas,
        messages: this.#messages,
        securitySchemes: {
          signature: {
            type: 'httpApiKey',
            in: 'header',
            name: 'tickloom-signature',
            description:
              'With tickloom-key, tickloom-timestamp and tickloom-nonce: the upgrade is signed as HTTP requests are. Browsers name them as the last four parameters of the query.',
          },
        },
      },
    };
  }

  #name(schema: z.ZodType, direction: Direction): { name: string; schema: JsonSchema; summary: string } {
    const ref = this.#library.ref(schema, direction);
    const meta = schema.meta() ?? {};
    const name = String(ref['$ref']).split('/').at(-1)!;
    return { name, schema: ref, summary: meta.description ?? `${meta.title}.` };
  }

  #message(channel: string, name: string, message: Json): Json {
    const key = `${channel}${name}`;
    this.#messages[key] = { name: key, title: name, ...message };
    return { $ref: `#/components/messages/${key}` };
  }

  #channel(channel: string, protocol: string, summary: string, messages: readonly Json[]): void {
    this.#channels[channel] = {
      address: SESSION_PATH,
      title: protocol,
      summary,
      description: `Offer the WebSocket subprotocol \`${protocol}\`.`,
      messages: Object.fromEntries(messages.map((message) => [keyOf(message), message])),
      bindings: {
        ws: {
          method: 'GET',
          query: sessionQuery,
          headers: upgradeHeaders(protocol),
          bindingVersion: '0.1.0',
        },
      },
      'x-close-codes': closeCodes,
    };
  }

  #operate(
    channel: string,
    name: string,
    action: 'send' | 'receive',
    summary: string,
    messages: readonly Json[],
    reply?: Json,
  ): void {
    const inChannel = (message: Json) => ({ $ref: `#/channels/${channel}/messages/${keyOf(message)}` });
    const channelRef = { $ref: `#/channels/${channel}` };
    this.#operations[`${channel}${name}`] = {
      action,
      channel: channelRef,
      summary,
      messages: messages.map(inChannel),
      ...(reply === undefined ? {} : { reply: { channel: channelRef, messages: [inChannel(reply)] } }),
    };
  }

  /** Records are not JSON: the document says where they are drawn. */
  #addBinary(): void {
    const record = (name: string, summary: string, section: string) =>
      this.#message(BINARY_CHANNEL, name, {
        contentType: 'application/octet-stream',
        summary,
        description: `Fixed layouts, drawn to the byte in docs/protocol.md under "${section}".`,
        payload: { type: 'string', contentEncoding: 'binary', contentMediaType: 'application/octet-stream' },
      });
    const sent = record('Orders', 'One or more order records of 64-byte lines.', 'The order record');
    const told = record('Events', 'One or more event records of 32-byte cells.', 'The event record');
    this.#channel(BINARY_CHANNEL, Protocol.Binary, 'Records in binary messages.', [sent, told]);
    this.#operate(BINARY_CHANNEL, 'Receive', 'receive', 'What a client sends.', [sent], told);
    this.#operate(BINARY_CHANNEL, 'Send', 'send', 'What the exchange tells.', [told]);
  }
}

/** The name of the message that a reference refers to. */
function keyOf(message: Json): string {
  return String(message['$ref']).split('/').at(-1)!;
}

/** The document, as an object of JSON. */
export function asyncApiDocument(): Json {
  return new AsyncApi().document();
}
