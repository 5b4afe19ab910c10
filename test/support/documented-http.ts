import { expect } from 'vitest';
import { openApiDocument } from '../../src/gateway/documents/openapi.js';
import { DocumentSchemas } from './document-schemas.js';

/** Requests whose bodies and answers are held against the OpenAPI document. */

interface Content {
  readonly [type: string]: unknown;
}
interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object; readonly responses: object };
}

export const document = openApiDocument() as unknown as Document;
const schemas = new DocumentSchemas(document, '2020-12');

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method,
    operation,
    pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+').replaceAll('.', '\\.')}$`),
  })),
);

/** JSON pointers write / as ~1, and stand in the fragment of an address. */
const escaped = (name: string) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Every operation and status that a request has met, for who wants to know that all were met. */
export const met = new Set<string>();

/**
 * What `fetch` does, and then: the document has the operation; has the status; the answer is as its schema says; and the body of a
 * request that was taken is as the document asks for.
 */
export async function documentedFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  const { pathname } = new URL(url);
  const method = (init.method ?? 'GET').toLowerCase();
  const found = operations.find((each) => each.method === method && each.pattern.test(pathname));
  const asked = `${method} ${pathname} ${response.status}`;
  if (found === undefined) {
    expect([404, 405], `the document does not have ${asked}`).toContain(response.status);
    return response;
  }
  const { operation, path } = found;
  met.add(`${operation.operationId} ${response.status}`);
  const answer = operation.responses[String(response.status)];
  expect(answer, `${asked} is not in the document`).toBeDefined();
  const at = `#/paths/${escaped(path)}/${method}`;
  const answerAt = answer!.$ref ?? `${at}/responses/${response.status}`;
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!;
  const types = Object.keys(contentOf(answerAt)).map((name) => name.split(';')[0]);
  expect(types, `${asked} is ${type}`).toContain(type);
  if (type !== 'application/json') return response;
  const json: unknown = await response.clone().json();
  expect(schemas.fault(`${answerAt}/content/application~1json/schema`, json), `${asked}`).toBeUndefined();
  if (response.ok && operation.requestBody !== undefined)
    expect(
      schemas.fault(
        `${at}/requestBody/content/application~1json/schema`,
        JSON.parse(String(init.body)) as unknown,
      ),
      `body of ${asked}`,
    ).toBeUndefined();
  return response;
}

function contentOf(pointer: string): Content {
  let value: unknown = document;
  for (const part of pointer.slice(2).split('/'))
    value = (value as Record<string, unknown>)[
      decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    ];
  return (value as { content: Content }).content;
}
