/** The first thing that keeps a text from being JSON, with its place as an editor counts it. */
export interface JsonFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly problem: string;
}

/**
 * Finds what is wrong with a JSON text; undefined where nothing is. `JSON.parse` says it in other words from version to
 * version of the engine, often without a place, and takes the last of two equal keys in silence.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const before = text.slice(0, error.at).split(/\r\n|\n|\r/);
    return { line: before.length, column: before.at(-1)!.length + 1, problem: error.message };
  }
}

/** Deeper than any configuration, and far from the end of the stack. */
const MAX_DEPTH = 100;

class Stop extends Error {
  readonly at: number;

  constructor(at: number, problem: string) {
    super(problem);
    this.at = at;
  }
}

/** Recursive descent over RFC 8259 that keeps no values. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value(0);
    this.#blanks();
    if (this.#at < this.#text.length) this.#stop(`${this.#shown()} after the end of the value`);
  }

  #value(depth: number): void {
    this.#blanks();
    if (depth > MAX_DEPTH) this.#stop('nested too deep');
    const char = this.#text[this.#at];
    if (char === '{') this.#object(depth);
    else if (char === '[') this.#list(depth);
    else if (char === '"') this.#string();
    else if (!this.#word(/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false|null/y))
      this.#stop(`${this.#shown()} where a value must be`);
  }

  #object(depth: number): void {
    this.#at++;
    const keys = new Set<string>();
    this.#blanks();
    if (this.#take('}')) return;
    for (;;) {
      this.#blanks();
      const start = this.#at;
      if (this.#text[start] !== '"') this.#stop(`${this.#shown()} where a key in double quotes must be`);
      this.#string();
      const key = JSON.parse(this.#text.slice(start, this.#at)) as string;
      if (keys.has(key)) throw new Stop(start, `the key ${JSON.stringify(key)} is there twice`);
      keys.add(key);
      this.#blanks();
      if (!this.#take(':')) this.#stop(`${this.#shown()} where a colon must be`);
      this.#value(depth + 1);
      this.#blanks();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.#stop(`${this.#shown()} where a comma or } must be`);
    }
  }

  #list(depth: number): void {
    this.#at++;
    this.#blanks();
    if (this.#take(']')) return;
    for (;;) {
      this.#value(depth + 1);
      this.#blanks();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.#stop(`${this.#shown()} where a comma or ] must be`);
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in a string
      this.#word(/[^"\\\x00-\x1f]+/y);
      const char = this.#text[this.#at];
      if (this.#take('"')) return;
      if (char === undefined) this.#stop('the end of the file inside a string');
      if (char !== '\\') this.#stop('a line break or control character inside a string');
      if (!this.#word(/\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/y)) this.#stop('an escape that JSON does not have');
    }
  }

  #blanks(): void {
    this.#word(/[ \t\n\r]+/y);
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  /** Moves past what a sticky pattern matches here; false where it matches nothing. */
  #word(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #shown(): string {
    const char = this.#text[this.#at];
    return char === undefined ? 'the end of the file' : JSON.stringify(char);
  }

  #stop(problem: string): never {
    throw new Stop(this.#at, problem);
  }
}
