import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../../src/access/json-fault.js';
import { SeededRandomness } from '../../src/clock/randomness.js';

describe('findJsonFault', () => {
  it.each([
    ['', 1, 1, 'the end of the file where a value must be'],
    ['  \n ', 2, 2, 'the end of the file where a value must be'],
    ['{\n  "a": 1,\n}', 3, 1, '"}" where a key in double quotes must be'],
    ['{\r\n  "a" 1\r\n}', 2, 7, '"1" where a colon must be'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"\\"" where a comma or } must be'],
    ["{'a': 1}", 1, 2, '"\'" where a key in double quotes must be'],
    ['{"a": 01}', 1, 8, '"1" where a comma or } must be'],
    ['{"a": .5}', 1, 7, '"." where a value must be'],
    ['{"a": NaN}', 1, 7, '"N" where a value must be'],
    ['{"a": "b\nc"}', 1, 9, 'a line break or control character inside a string'],
    ['{"a": "b', 1, 9, 'the end of the file inside a string'],
    ['{"a": "\\x"}', 1, 8, 'an escape that JSON does not have'],
    ['[1, 2', 1, 6, 'the end of the file where a comma or ] must be'],
    ['[1,]', 1, 4, '"]" where a value must be'],
    ['{} // note', 1, 4, '"/" after the end of the value'],
    ['{"port": 1,\n "port": 2}', 2, 2, 'the key "port" is there twice'],
    ['{"a": 1, "\\u0061": 2}', 1, 10, 'the key "a" is there twice'],
    ['[{"x": {"b": 1, "b": 1}}]', 1, 17, 'the key "b" is there twice'],
    ['['.repeat(5000), 1, 102, 'nested too deep'],
  ])('finds the place in %j', (text, line, column, problem) => {
    expect(findJsonFault(text)).toEqual({ line, column, problem });
  });

  it('takes equal keys in different objects', () => {
    expect(findJsonFault('[{"a": 1}, {"a": {"a": 2}}]')).toBeUndefined();
  });

  it('agrees with JSON.parse on what is JSON', () => {
    const randomness = new SeededRandomness(5);
    const valid = [
      '{"a":[1,-2.5e+3,0,true,false,null],"b":{"c":"d\\n\\u00e4\\"","":""}}',
      ' [ "x" , { } , [ ] , -0.1E-2 ] \n',
      '"text"',
      '12',
    ];
    const pieces = [...'{}[]:,"\\ \n\t01e+-.', 'true', 'null', '"k"', '\\u12', '\u0001', 'ä'];
    let right = 0;
    for (let round = 0; round < 30_000; round++) {
      let text = valid[randomness.below(valid.length)]!;
      for (let change = randomness.below(4); change > 0; change--) {
        const at = randomness.below(text.length + 1);
        const cut = randomness.below(2);
        text =
          text.slice(0, at) +
          (randomness.below(3) > 0 ? pieces[randomness.below(pieces.length)] : '') +
          text.slice(at + cut);
      }
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      const fault = findJsonFault(text);
      if (fault?.problem.endsWith('is there twice')) continue;
      expect(fault === undefined, text).toBe(parses);
      if (parses) right++;
    }
    expect(right).toBeGreaterThan(5_000);
    expect(right).toBeLessThan(25_000);
  });
});
