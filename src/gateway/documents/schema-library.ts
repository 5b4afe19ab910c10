/** From zod schemas to the schemas of a document, each written once and referred to by name. */

import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Whether a schema is about what clients send or about what they get: a default may be left out only of what is sent. */
export type Direction = 'input' | 'output';

/** Where OpenAPI and AsyncAPI keep the schemas of a document. */
const PLACE = '#/components/schemas/';

/** OpenAPI 3.1 speaks JSON Schema 2020-12; what AsyncAPI 3.0 speaks is a superset of draft 7. */
export type SchemaDialect = 'draft-2020-12' | 'draft-7';

export class SchemaLibrary {
  readonly #dialect: SchemaDialect;
  readonly #names = new Map<unknown, string>();
  readonly #schemas = new Map<string, JsonSchema>();

  constructor(dialect: SchemaDialect) {
    this.#dialect = dialect;
  }

  /** All that was named, by name. */
  get schemas(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /**
   * A reference to a schema, which stands in the document under the words of its title. Where a schema that is named later
   * holds it, it refers to it too.
   *
   * @throws RangeError where the schema has no title, or another one has the same
   */
  ref(schema: z.ZodType, direction: Direction): JsonSchema {
    const known = this.#names.get(schema);
    if (known !== undefined) return { $ref: PLACE + known };
    const name = nameOf(schema);
    if (this.#schemas.has(name)) throw new RangeError(`two schemas have the title of ${name}`);
    this.#names.set(schema, name);
    this.#schemas.set(name, this.inline(schema, direction));
    return { $ref: PLACE + name };
  }

  /** A schema that is made by hand of what stands here already. */
  add(name: string, schema: JsonSchema): JsonSchema {
    if (this.#schemas.has(name)) throw new RangeError(`two schemas have the name ${name}`);
    this.#schemas.set(name, schema);
    return { $ref: PLACE + name };
  }

  /** A schema as it stands, with references to those in it that are named. */
  inline(schema: z.ZodType, direction: Direction): JsonSchema {
    const { $schema: _, ...json } = z.toJSONSchema(schema, {
      io: direction,
      target: this.#dialect,
      override: ({ zodSchema, jsonSchema, path }) => {
        const name = path.length === 0 ? undefined : this.#names.get(zodSchema);
        if (name === undefined) return;
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
        jsonSchema.$ref = PLACE + name;
      },
    });
    return json;
  }
}

/** `Price changed, and what came of it` is PriceChangedAndWhatCameOfIt. */
function nameOf(schema: z.ZodType): string {
  const title = schema.meta()?.title;
  if (title === undefined) throw new RangeError('a schema of the documents needs a title');
  return title
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/**
 * The body of a request out of the message that does the same: method and path have said some of its fields, so these and
 * the rules over them go. What the gateway makes where it is left out is not needed.
 */
export function bodyOf(
  message: JsonSchema,
  said: readonly string[],
  optional: readonly string[] = [],
): JsonSchema {
  const {
    properties = {},
    required = [],
    allOf = [],
    ...rest
  } = message as {
    properties?: Record<string, object>;
    required?: string[];
    allOf?: object[];
  };
  const rules = allOf.filter((rule) => !said.some((name) => JSON.stringify(rule).includes(`"${name}"`)));
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !said.includes(name))),
    required: required.filter((name) => !said.includes(name) && !optional.includes(name)),
    ...(rules.length === 0 ? {} : { allOf: rules }),
  };
}
