export type Listener<Value> = (value: Value) => void;

/** Ends a subscription; a second call does nothing. */
export type Unsubscribe = () => void;

/**
 * Who wants to be told, by name. Listeners are called in the order of their subscription. One that throws does not keep
 * the others from being told: its error goes to the runtime as uncaught, as that of any callback does.
 */
export class Emitter<Values> {
  readonly #byName = new Map<keyof Values, Set<Listener<never>>>();

  on<Name extends keyof Values>(name: Name, listener: Listener<Values[Name]>): Unsubscribe {
    if (typeof listener !== 'function')
      throw new TypeError(`on: the listener of "${String(name)}" is no function`);
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners);
    // The same function may be subscribed twice, and each subscription ends by itself.
    const own: Listener<never> = (value) => listener(value);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  emit<Name extends keyof Values>(name: Name, value: Values[Name]): void {
    const listeners = this.#byName.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    for (const listener of [...listeners]) {
      try {
        listener(value as never);
      } catch (error) {
        // Thrown where nobody stands between it and the runtime: what follows here must be told all the same.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#byName.clear();
  }
}
