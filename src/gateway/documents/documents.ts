import { asyncApiDocument } from './asyncapi.js';
import { openApiDocument } from './openapi.js';

/** The documents as they are served: each is made when it is first asked for, and kept. */

let openApi: string | undefined;
let asyncApi: string | undefined;

export function openApiText(): string {
  openApi ??= JSON.stringify(openApiDocument());
  return openApi;
}

export function asyncApiText(): string {
  asyncApi ??= JSON.stringify(asyncApiDocument());
  return asyncApi;
}
