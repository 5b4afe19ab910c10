import { Ajv, type ValidateFunction } from '@redocly/ajv';
import { Ajv2020 } from '@redocly/ajv/dist/2020.js';

/** A validator of the schemas of a document, by pointer: '#/components/schemas/Health'. */
export class DocumentSchemas {
  readonly #ajv: Ajv;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: object, dialect: '2020-12' | '7') {
    // The documents have words that are none of JSON Schema's.
    const options = { strict: false, validateFormats: false };
    this.#ajv = dialect === '7' ? new Ajv(options) : new Ajv2020(options);
    this.#ajv.addSchema({ $id: 'document', ...document });
  }

  /** What is wrong with a value, in words; undefined where nothing is. */
  fault(pointer: string, value: unknown): string | undefined {
    let validate = this.#validators.get(pointer);
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: `document${pointer}` });
      this.#validators.set(pointer, validate);
    }
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors);
  }
}
