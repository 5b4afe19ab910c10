import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isRoute, routeTable } from '../../../src/gateway/documents/route-table.js';
import { bodyOf, SchemaLibrary } from '../../../src/gateway/documents/schema-library.js';

describe('the library of schemas', () => {
  const point = z.strictObject({ x: z.int().min(0).max(9) }).meta({ title: 'A point' });
  const line = z.strictObject({ from: point, to: point.optional() }).meta({ title: 'Line' });

  it('writes each schema once, and refers to it', () => {
    const library = new SchemaLibrary('draft-2020-12');
    expect(library.ref(point, 'output')).toEqual({ $ref: '#/components/schemas/APoint' });
    expect(library.ref(line, 'output')).toEqual({ $ref: '#/components/schemas/Line' });
    expect(library.ref(point, 'output')).toEqual({ $ref: '#/components/schemas/APoint' });
    expect(Object.keys(library.schemas)).toEqual(['APoint', 'Line']);
    expect(library.schemas['Line']).toMatchObject({
      properties: { from: { $ref: '#/components/schemas/APoint' } },
      required: ['from'],
    });
  });

  it('refuses what has no name, and two of one name', () => {
    const library = new SchemaLibrary('draft-7');
    library.ref(point, 'input');
    expect(() => library.ref(z.string(), 'input')).toThrow('needs a title');
    expect(() => library.ref(z.string().meta({ title: 'A point' }), 'input')).toThrow('APoint');
    expect(() => library.add('APoint', {})).toThrow('APoint');
  });

  it('makes a body of a message: what method and path say goes, with the rules over it', () => {
    const message = {
      type: 'object',
      properties: { type: { const: 'x' }, id: {}, a: {}, b: {} },
      required: ['type', 'id', 'a'],
      allOf: [{ anyOf: [{ required: ['id'] }, { required: ['b'] }] }, { not: { required: ['a', 'b'] } }],
    };
    expect(bodyOf(message, ['type', 'id'], ['a'])).toEqual({
      type: 'object',
      properties: { a: {}, b: {} },
      required: [],
      allOf: [{ not: { required: ['a', 'b'] } }],
    });
  });
});

describe('the table of routes', () => {
  it('knows its paths, and no other', () => {
    for (const { path } of routeTable) {
      const [, room = '', ...items] = path.split('/');
      expect(isRoute(room, items), path).toBe(true);
    }
    for (const path of [
      '/nothing',
      '/orders/1/2',
      '/instruments/ACME',
      '/instruments/ACME/status',
      '/a/b/c/d',
      '//',
    ]) {
      const [, room = '', ...items] = path.split('/');
      expect(isRoute(room, items), path).toBe(false);
    }
  });

  it('names each operation once', () => {
    expect(new Set(routeTable.map(({ id }) => id)).size).toBe(routeTable.length);
  });
});
