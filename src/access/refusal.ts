/** Why a request was not let in, before anything of it was looked at. */
export interface AccessRefusal {
  /** Of the HTTP answer, also where an upgrade is refused. */
  readonly status: number;
  /** Machine-readable name, stable. */
  readonly reason: string;
  /** What to do about it, in a sentence of ASCII. */
  readonly sentence: string;
}

/** What `KeyRing.authenticate` refuses with. Unknown keys and wrong signatures are told apart by nothing. */
export const refusals = {
  missing: {
    status: 401,
    reason: 'not-authenticated',
    sentence:
      'This exchange wants signed requests: send the headers tickloom-key, tickloom-timestamp, tickloom-nonce and tickloom-signature, or a bearer token; docs/protocol.md says how.',
  },
  malformed: {
    status: 401,
    reason: 'not-authenticated',
    sentence:
      'The credentials do not have their shape: a key id, nanoseconds since 1970 in digits, a nonce of 8 to 64 letters, digits, hyphens or underscores, and a signature in hex.',
  },
  wrong: {
    status: 401,
    reason: 'not-authenticated',
    sentence:
      'There is no such key with this signature: check the key id, whether the key was revoked, and the text that was signed.',
  },
  wrongToken: {
    status: 401,
    reason: 'not-authenticated',
    sentence: 'There is no such token: check it, and whether it was revoked.',
  },
  outsideWindow: {
    status: 401,
    reason: 'timestamp-outside-window',
    sentence:
      'The timestamp is too far from the time of the exchange: set the clock by GET /time, and sign again.',
  },
  nonceUsed: {
    status: 401,
    reason: 'nonce-used',
    sentence: 'The key has used this nonce already: sign each request anew, with a nonce of its own.',
  },
  tokenReadsOnly: {
    status: 403,
    reason: 'scope-missing',
    sentence: 'A bearer token is for GET requests alone: sign this one with a key.',
  },
  tooMany: {
    status: 503,
    reason: 'busy',
    sentence: 'The exchange takes no more signed requests now; sign this one again in a moment.',
  },
} as const satisfies Readonly<Record<string, AccessRefusal>>;
