import { type ResourceLimits, Worker } from 'node:worker_threads';

type Report = { readonly event: string };
type Failed = { readonly event: 'failed'; readonly message: string; readonly stack?: string };

/** A worker cannot go on, or has ended too early. One sentence. */
export class ThreadError extends Error {}

/** A worker thread and what it reports, seen from the thread that started it. */
export class Thread<R extends Report> {
  readonly #worker: Worker;
  readonly #reports: R[] = [];
  readonly #takers = new Map<string, (report: R) => void>();
  #waiting: (() => void) | undefined;
  #failure: string | undefined;
  #onFailure: (message: string) => void = () => {};
  #exited = false;

  constructor(url: URL, data: object, name: string, resourceLimits: ResourceLimits = {}) {
    this.#worker = new Worker(url, { workerData: data, name, resourceLimits });
    this.#worker.on('message', (report: R | Failed) => {
      const take = this.#takers.get(report.event);
      if (report.event === 'failed') this.#fail(failureText(report as Failed));
      else if (take !== undefined) take(report as R);
      else this.#reports.push(report as R);
      this.#waiting?.();
    });
    this.#worker.on('error', (error) => this.#fail(`${name} died: ${error.message}`));
    this.#worker.on('exit', () => {
      this.#exited = true;
      this.#waiting?.();
    });
  }

  post(message: object): void {
    this.#worker.postMessage(message);
  }

  onFailure(tell: (message: string) => void): void {
    this.#onFailure = tell;
    if (this.#failure !== undefined) tell(this.#failure);
  }

  /** Calls `take` with each report of this kind. */
  on<E extends R['event']>(event: E, take: (report: Extract<R, { readonly event: E }>) => void): void {
    this.#takers.set(event, take as (report: R) => void);
  }

  /** The report of this kind. Throws where the thread fails or ends instead. */
  async next<E extends R['event']>(event: E): Promise<Extract<R, { readonly event: E }>> {
    for (;;) {
      const found = this.#reports.findIndex((report) => report.event === event);
      if (found >= 0) return this.#reports.splice(found, 1)[0] as Extract<R, { readonly event: E }>;
      if (this.#failure !== undefined) throw new ThreadError(this.#failure);
      if (this.#exited) throw new ThreadError(`a thread ended before it was ${event}`);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  /** Waits for a report that may never come because the thread has failed or was never that far. */
  async end(event: R['event']): Promise<void> {
    await this.next(event).catch(() => {});
  }

  async terminate(): Promise<void> {
    if (!this.#exited) await this.#worker.terminate();
  }

  #fail(message: string): void {
    this.#failure = message;
    this.#waiting?.();
    this.#onFailure(message);
  }
}

/** A failure in a sentence. The stack is for those who look for a bug, and ask for it. */
function failureText({ message, stack }: Failed): string {
  return process.env['DEBUG'] === undefined || stack === undefined ? message : `${message}\n${stack}`;
}
