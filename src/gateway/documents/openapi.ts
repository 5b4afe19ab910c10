/** The OpenAPI 3.1 document of the HTTP side, made from the table of routes and the schemas that check requests. */

import { eventObjectSchema } from '../../wire/event-schema.js';
import { amendAnswerSchema, rejectAnswerSchema } from './command-answers.js';
import { documentInfo } from './document-info.js';
import { type ParameterName, parameters } from './parameters.js';
import { type Route, type RouteAnswer, type RouteScope, routeTable } from './route-table.js';
import { bodyOf, type JsonSchema, SchemaLibrary } from './schema-library.js';

type Json = Readonly<Record<string, unknown>>;

/** Rejects by status: a name in the document, and when it is answered. */
const rejectAnswers: Readonly<Record<number, { name: string; when: string }>> = {
  400: {
    name: 'Malformed',
    when: 'Path, query or body is malformed, or a field is wrong (codes 100 to 199).',
  },
  401: {
    name: 'NotAuthenticated',
    when: 'The credentials are missing or wrong: `not-authenticated`, `timestamp-outside-window`, `nonce-used`.',
  },
  403: {
    name: 'NotAllowed',
    when: 'The key may not do that (`scope-missing`, `account-not-yours`), or a page of another host asks.',
  },
  404: { name: 'NotFound', when: 'There is no such instrument, order or path.' },
  405: { name: 'NoSuchMethod', when: 'The path has no such method; `Allow` names those there are.' },
  408: { name: 'TooSlow', when: 'The request did not come in whole before its deadline.' },
  409: { name: 'IdUsed', when: 'The client id was used for something else, or the command is too old.' },
  413: { name: 'TooLarge', when: 'The body is too large.' },
  422: { name: 'Refused', when: 'The command is understood and cannot be done (codes 202, 300 to 499).' },
  429: { name: 'TooMany', when: 'The key or account has sent as much as it may.' },
  503: { name: 'Unavailable', when: 'It cannot be done now (codes from 500); ask again.' },
  504: {
    name: 'NoAnswer',
    when: 'No answer came in time: send the command again with the same client id; ask a read again.',
  },
};

const retryAfter = {
  'Retry-After': {
    description: 'Seconds after which to come back.',
    schema: { type: 'integer', minimum: 0 },
  },
};

/** Which headers an answer has besides; what stands in `budgetHeaders` comes with every answer to a key. */
const rejectHeaders: Readonly<Record<number, Json>> = {
  401: {
    'WWW-Authenticate': { description: '`Tickloom`: how to sign is said here.', schema: { type: 'string' } },
  },
  405: { Allow: { description: 'The methods there are.', schema: { type: 'string' } } },
  503: retryAfter,
};

const budgetHeader = (description: string) => ({ description, schema: { type: 'integer', minimum: 0 } });
const budgetHeaders: Readonly<Record<string, Json>> = {
  'RateLimit-Limit': budgetHeader('Messages a second that the key may send; not there without keys.'),
  'RateLimit-Remaining': budgetHeader('How many it may send at once now.'),
  'RateLimit-Reset': budgetHeader('Seconds until it may send as many as ever.'),
};
const budgetRefs: Json = Object.fromEntries(
  Object.keys(budgetHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
);

const SIGNATURE_HEADERS = {
  signatureKey: ['tickloom-key', 'Id of the key.'],
  signatureTimestamp: [
    'tickloom-timestamp',
    'When the request was signed, nanoseconds since the epoch, in digits.',
  ],
  signatureNonce: ['tickloom-nonce', '8 to 64 of A-Z, a-z, 0-9, _ and -, used once.'],
  signature: [
    'tickloom-signature',
    'Hex of the signature (Ed25519 or HMAC-SHA256) of method, path with query, timestamp, nonce and hash of the body; docs/protocol.md has the text that is signed.',
  ],
} as const;

const securitySchemes: Json = {
  ...Object.fromEntries(
    Object.entries(SIGNATURE_HEADERS).map(([scheme, [name, description]]) => [
      scheme,
      { type: 'apiKey', in: 'header', name, description },
    ]),
  ),
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: '<key id>.<64 hex digits>',
    description: 'A key of kind token: it may read, with GET.',
  },
};

const signed = Object.fromEntries(Object.keys(SIGNATURE_HEADERS).map((scheme) => [scheme, []]));

/** Where the exchange has no keys every request is taken without credentials. */
function securityOf(scope: RouteScope): readonly Json[] {
  if (scope === 'public') return [];
  return scope === 'read' ? [signed, { token: [] }] : [signed];
}

class OpenApi {
  readonly #library = new SchemaLibrary('draft-2020-12');
  readonly #responses: Record<string, unknown> = {};
  readonly #parameters: Record<string, unknown> = {};

  constructor() {
    for (const event of eventObjectSchema.options) this.#library.ref(event, 'output');
    this.#library.ref(eventObjectSchema, 'output');
    for (const answer of amendAnswerSchema.options) this.#library.ref(answer, 'output');
  }

  document(): Json {
    const paths: Record<string, Record<string, unknown>> = {};
    for (const route of routeTable) {
      paths[route.path] ??= {};
      paths[route.path]![route.method.toLowerCase()] = this.#operation(route);
    }
    return {
      openapi: '3.1.1',
      info: documentInfo('Tickloom over HTTP', [
        'Orders, reads and figures of an exchange. Method and path say what a WebSocket message says by its `type`.',
        '`HEAD` is answered as `GET` is, without a body. Every route answers 405 to methods that it does not have.',
        'Where the exchange has no keys it listens on loopback alone and takes every request without credentials.',
        'WebSocket sessions open at `/ws`; `GET /asyncapi.json` describes them.',
      ]),
      servers: [{ url: '/', description: 'The exchange that serves this document.' }],
      tags: [
        { name: 'Orders', description: 'Commands of accounts, and what became of their orders.' },
        { name: 'Market data', description: 'Books, trades and instruments.' },
        { name: 'Operator', description: 'What the operator of the exchange does.' },
        { name: 'Figures', description: 'How the exchange is.' },
        { name: 'Documents', description: 'Descriptions of the exchange, and its page.' },
      ],
      paths,
      components: {
        schemas: this.#library.schemas,
        responses: this.#responses,
        headers: budgetHeaders,
        parameters: this.#parameters,
        securitySchemes,
      },
    };
  }

  #operation(route: Route): Json {
    const { id, tag, summary, description, scope, body } = route;
    const statuses = scope === 'public' ? route.rejects : [...route.rejects, 401];
    const responses: Record<string, unknown> = {};
    for (const [status, answer] of Object.entries(route.answers))
      responses[status] = this.#answer(answer, scope !== 'public');
    for (const status of statuses) responses[status] ??= this.#reject(status);
    return {
      operationId: id,
      tags: [tag],
      summary,
      description: [description, `Scope: ${scope}.`].filter(Boolean).join(' '),
      security: securityOf(scope),
      ...(route.parameters === undefined
        ? {}
        : { parameters: route.parameters.map((name) => this.#parameter(name)) }),
      ...(body === undefined ? {} : { requestBody: this.#body(route) }),
      responses,
    };
  }

  #parameter(name: ParameterName): JsonSchema {
    this.#parameters[name] = parameters[name];
    return { $ref: `#/components/parameters/${name}` };
  }

  #body({ id, body }: Route): Json {
    const { schema, said = [], optional = [] } = body!;
    const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}Body`;
    const message = this.#library.inline(schema, 'input');
    const ref = this.#library.add(name, bodyOf(message, said, optional));
    return { required: true, content: { 'application/json': { schema: ref } } };
  }

  #answer(
    { description, schema, contentType = 'application/json', orText }: RouteAnswer,
    isKeyed: boolean,
  ): Json {
    const shape =
      schema !== undefined
        ? this.#library.ref(schema, 'output')
        : { type: contentType === 'application/json' ? 'object' : 'string' };
    const text = orText === undefined ? {} : { 'text/plain': { schema: { type: 'string' } } };
    const headers = isKeyed ? { headers: budgetRefs } : {};
    return { description, ...headers, content: { [contentType]: { schema: shape }, ...text } };
  }

  #reject(status: number): Json {
    const { name, when } = rejectAnswers[status]!;
    const headers = status === 429 ? { ...retryAfter, ...budgetRefs } : rejectHeaders[status];
    this.#responses[name] ??= {
      description: when,
      ...(headers === undefined ? {} : { headers }),
      content: { 'application/json': { schema: this.#library.ref(rejectAnswerSchema, 'output') } },
    };
    return { $ref: `#/components/responses/${name}` };
  }
}

/** The document, as an object of JSON. */
export function openApiDocument(): Json {
  return new OpenApi().document();
}
