import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pageMarkup } from './page-markup.js';
import { pageStyle } from './page-style.js';

/** The modules of the page's script, each behind those that it uses. */
const MODULES = [
  'browser',
  'page-figures',
  'line-chart',
  'exchange-answers',
  'market-view',
  'last-trades',
  'market-feed',
  'health-view',
  'latency-view',
  'page-script',
];

export interface StatusPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

let made: StatusPage | undefined;

/**
 * The page at `/`, as one document that loads nothing else. It is made when it is first asked for. What may run in it and whom it
 * may ask stands in its policy: the one script, the one style, and the exchange that it came from.
 */
export function statusPage(): StatusPage {
  made ??= makePage();
  return made;
}

function makePage(): StatusPage {
  const script = scriptOf(MODULES.map((name) => readModule(name)));
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(pageStyle)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    html: pageMarkup(pageStyle, script),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    },
  };
}

/** A module as the compiler left it beside this one. */
function readModule(name: string): string {
  const file = new URL(`./${name}.js`, import.meta.url);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(
      `The status page needs ${file.pathname}, which is not there: build Tickloom with npm run build.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * One module out of several: what they import from one another stands in the same text now. No two of them may give a name
 * to different things; a browser refuses a module that does.
 */
export function scriptOf(modules: readonly string[]): string {
  return modules
    .map((text) =>
      text
        .replaceAll(/^import [^;]* from '\.\/[^']+';\n/gm, '')
        .replaceAll(/^export (?=(?:async )?(?:function|class|const|let)\b)/gm, '')
        .replaceAll(/^export \{\};\n/gm, '')
        .replaceAll(/^\/\/# sourceMappingURL=.*\n?/gm, '')
        // The end of a script would end the element that it stands in.
        .replaceAll('</script', '<\\/script'),
    )
    .join('\n');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
