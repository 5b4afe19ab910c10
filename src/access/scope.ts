/** What a key may do, from the least to the most: each scope includes those before it. */
export const scopes = ['read', 'trade', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** How much a set of scopes allows: 0 for none, then the place of its highest scope, from 1. */
export function scopeLevel(held: readonly Scope[]): number {
  return Math.max(0, ...held.map((scope) => scopes.indexOf(scope) + 1));
}

/** Whether a key with these scopes may do what needs that one. */
export function hasScope(held: readonly Scope[], needed: Scope): boolean {
  return scopeLevel(held) >= scopeLevel([needed]);
}
