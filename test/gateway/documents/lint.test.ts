import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { asyncApiText, openApiText } from '../../../src/gateway/documents/documents.js';

const rules = {
  // It wants every required property declared in the very part that requires it. The rules over two fields (`price` or
  // `priceTicks`) stand in parts of `allOf` beside the part that declares them, as JSON Schema means it.
  'no-required-schema-properties-undefined': 'off',
} as const;

describe('the documents', () => {
  it.each([
    ['openapi.json', openApiText],
    ['asyncapi.json', asyncApiText],
  ])('%s has nothing that a linter finds fault with', async (name, text) => {
    const config = await createConfig({ extends: ['recommended'], rules });
    const problems = await lintFromString({ source: text(), absoluteRef: name, config });
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
    ).toEqual([]);
  });

  it('are linted: a fault is found', async () => {
    const config = await createConfig({ extends: ['recommended'], rules });
    const broken = openApiText().replace('"operationId":"placeOrder"', '"operationId":"listOrders"');
    const problems = await lintFromString({ source: broken, absoluteRef: 'openapi.json', config });
    expect(problems.length).toBeGreaterThan(0);
  });

  it('are made once', () => {
    expect(openApiText()).toBe(openApiText());
    expect(asyncApiText()).toBe(asyncApiText());
  });
});
