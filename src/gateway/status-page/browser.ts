/** What the page uses of a browser. The rest of the sources runs on Node.js and must not see these names. */

export interface PageEvent {
  readonly clientX: number;
  preventDefault(): void;
}

export interface PageElement {
  textContent: string | null;
  value: string;
  hidden: boolean;
  readonly clientWidth: number;
  readonly style: { setProperty(name: string, value: string): void };
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  getBoundingClientRect(): { readonly left: number; readonly width: number };
  focus(): void;
}

export interface PageSocket {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close', listener: () => void): void;
}

interface Browser {
  readonly document: {
    createElement(name: string): PageElement;
    createElementNS(space: string, name: string): PageElement;
    getElementById(id: string): PageElement | null;
  };
  readonly sessionStorage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
  readonly location: { readonly protocol: string; readonly host: string };
  addEventListener(type: 'resize', listener: () => void): void;
  readonly WebSocket: new (url: string, protocol: string) => PageSocket;
}

export const browser = globalThis as unknown as Browser;

const SVG = 'http://www.w3.org/2000/svg';

type Attributes = Readonly<Record<string, string | number>>;

/** A new element. Text goes in as text, whatever it holds: nothing here is ever read as HTML. */
export function make(
  name: string,
  attributes: Attributes = {},
  ...children: (PageElement | string)[]
): PageElement {
  return filled(browser.document.createElement(name), attributes, children);
}

export function makeSvg(
  name: string,
  attributes: Attributes = {},
  ...children: (PageElement | string)[]
): PageElement {
  return filled(browser.document.createElementNS(SVG, name), attributes, children);
}

function filled(
  element: PageElement,
  attributes: Attributes,
  children: readonly (PageElement | string)[],
): PageElement {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** An element of the page's own document. */
export function part(id: string): PageElement {
  const found = browser.document.getElementById(id);
  if (found === null) throw new Error(`the page has no part ${id}`);
  return found;
}
