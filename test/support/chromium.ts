import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import WebSocket from 'ws';
import { temporaryDirectory } from './exchange-process.js';

/** A headless Chromium, driven over its DevTools protocol. */

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function chromiumHere(): string | undefined {
  return NAMES.find((name) => spawnSync('which', [name]).status === 0);
}

/** What to install where there is none; for `describeWith`. */
export const missingChromium =
  chromiumHere() === undefined ? 'install Chromium (Debian and Ubuntu: apt-get install chromium)' : undefined;

type Json = Record<string, unknown>;

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Json;
  readonly sessionId?: string;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

export class Chromium {
  readonly #process: ChildProcess;
  readonly #socket: WebSocket;
  readonly #note: string;
  readonly #asked = new Map<number, (reply: Reply) => void>();
  readonly #tabs = new Map<string, Tab>();
  #lastId = 0;

  private constructor(process: ChildProcess, socket: WebSocket, note: string) {
    this.#process = process;
    this.#socket = socket;
    this.#note = note;
    socket.on('message', (data) => {
      const reply = JSON.parse(String(data)) as Reply;
      if (reply.id === undefined)
        this.#tabs.get(reply.sessionId ?? '')?.hear(reply.method!, reply.params ?? {});
      else this.#asked.get(reply.id)?.(reply);
    });
  }

  static async start(): Promise<Chromium> {
    const directory = temporaryDirectory();
    const child = spawn(
      chromiumHere()!,
      [
        '--headless=new',
        '--remote-debugging-port=0',
        `--user-data-dir=${directory}`,
        '--no-first-run',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        // In a container its own sandbox has no room, and /dev/shm may be small.
        '--no-sandbox',
        '--disable-dev-shm-usage',
        'about:blank',
      ],
      { stdio: 'ignore' },
    );
    // Where a test fails half-way, the process would stay: its number is noted until it ends.
    const note = join(dirname(directory), 'processes', String(child.pid));
    writeFileSync(note, '');
    const file = join(directory, 'DevToolsActivePort');
    while (!existsSync(file) || !readFileSync(file, 'utf8').includes('\n')) {
      if (child.exitCode !== null) throw new Error(`${basename(child.spawnfile)} ended at its start`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [port, path] = readFileSync(file, 'utf8').split('\n');
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { maxPayload: 2 ** 28 });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new Chromium(child, socket, note);
  }

  async ask(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = ++this.#lastId;
    const reply = new Promise<Reply>((resolve) => this.#asked.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
    const { result, error } = await reply;
    this.#asked.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** A tab of its own, with storage of its own, that notes what it asks for and what goes wrong in it. */
  async tab(): Promise<Tab> {
    const { browserContextId } = await this.ask('Target.createBrowserContext');
    const { targetId } = await this.ask('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.ask('Target.attachToTarget', { targetId, flatten: true });
    const tab = new Tab(this, String(sessionId));
    this.#tabs.set(String(sessionId), tab);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await tab.ask(`${domain}.enable`);
    return tab;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    await this.ask('Browser.close');
    await ended;
    this.#socket.terminate();
    rmSync(this.#note, { force: true });
  }
}

export class Tab {
  /** Addresses of everything that was asked for, sockets included. */
  readonly requests: string[] = [];
  /** What the console was told as an error, and what was thrown and not caught. */
  readonly errors: string[] = [];
  readonly #browser: Chromium;
  readonly #session: string;

  constructor(browser: Chromium, session: string) {
    this.#browser = browser;
    this.#session = session;
  }

  async ask(method: string, params: Json = {}): Promise<Json> {
    return await this.#browser.ask(method, params, this.#session);
  }

  hear(method: string, params: Json): void {
    if (method === 'Network.requestWillBeSent')
      this.requests.push(String((params['request'] as Json)['url']));
    else if (method === 'Network.webSocketCreated') this.requests.push(String(params['url']));
    else if (method === 'Runtime.exceptionThrown')
      this.errors.push(JSON.stringify(params['exceptionDetails']));
    else if (method === 'Runtime.consoleAPICalled' && params['type'] === 'error')
      this.errors.push(JSON.stringify(params['args']));
    else if (method === 'Log.entryAdded' && (params['entry'] as Json)['level'] === 'error')
      this.errors.push(JSON.stringify(params['entry']));
  }

  async go(url: string): Promise<void> {
    await this.ask('Page.navigate', { url });
  }

  /** The value of an expression in the page. */
  async value<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.ask('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: Value }).value;
  }

  /** Waits until an expression in the page is true. */
  async until(expression: string): Promise<void> {
    while (!(await this.value<boolean>(`Boolean(${expression})`)))
      await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async text(id: string): Promise<string> {
    return await this.value<string>(`document.getElementById('${id}').textContent`);
  }

  async setScheme(scheme: 'dark' | 'light'): Promise<void> {
    await this.ask('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    });
  }

  async setSize(width: number, height: number, mobile = false): Promise<void> {
    await this.ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile });
  }

  /** A picture of the whole page, as PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.ask('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(String(data), 'base64');
  }
}
