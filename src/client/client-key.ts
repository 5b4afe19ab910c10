/** A key of the exchange's keys file, with the half that its owner has. */
export interface ClientKey {
  /** Its id, 1 to 36 of [A-Za-z0-9._-]. */
  readonly id: string;
  /**
   * Of an Ed25519 key: PKCS #8 in PEM, as `tickloom keys add` prints it. In browsers a `CryptoKey` too, which a page
   * can use and not read.
   */
  readonly privateKey?: string | object | undefined;
  /** Of an HMAC key: the shared secret, 64 hex digits. */
  readonly secret?: string | undefined;
}
