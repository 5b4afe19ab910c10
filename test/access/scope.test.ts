import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasScope, type Scope, scopeLevel, scopes } from '../../src/access/scope.js';

describe('scopes', () => {
  it('include those before them', () => {
    const table = scopes.map((held) => scopes.map((needed) => hasScope([held], needed)));
    expect(table).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
    expect(scopes.some((needed) => hasScope([], needed))).toBe(false);
  });

  it('of a set are those of its highest', () => {
    const sets = fc.uniqueArray(fc.constantFrom<Scope>(...scopes), { minLength: 1 });
    fc.assert(
      fc.property(sets, (held) => {
        const highest = scopes.findLast((scope) => held.includes(scope))!;
        expect(scopeLevel(held)).toBe(scopeLevel([highest]));
      }),
    );
  });
});
