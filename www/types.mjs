// Writes the types of the npm package, and the JSON Schema of a report, from the Rust types of input and
// report, so they cannot part: `node www/types.mjs OUT.d.ts OUT.schema.json`. The functions are declared in
// www/npm/functions.d.ts.
import { readFileSync, writeFileSync } from 'node:fs';

const SOURCES = ['crate/src/input.rs', 'crate/src/report.rs'];
const PLAIN = {
  String: 'string',
  "&'static str": 'string',
  bool: 'boolean',
  u32: 'number',
  u64: 'number',
  i64: 'number',
  usize: 'number',
  f64: 'number',
};

const root = new URL('../', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, root), 'utf8');

const camel = (/** @type {string} */ name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const kebab = (/** @type {string} */ name) => name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/**
 * The TypeScript name of a Rust type.
 * @param {string} rust
 * @returns {string}
 */
function typeOf(rust) {
  const inner = /^(Option|Vec)<(.+)>$/.exec(rust);
  if (inner) return inner[1] === 'Vec' ? `${typeOf(inner[2])}[]` : `${typeOf(inner[2])} | null`;
  const plain = PLAIN[/** @type {keyof typeof PLAIN} */ (rust)];
  if (plain) return plain;
  if (/^[A-Z]\w+$/.test(rust)) return rust;
  throw new Error(`no TypeScript type is known for '${rust}'`);
}

/**
 * Whether a field can be missing from the JSON: left out of a report, or not asked of an input.
 * @param {string} path
 * @param {string} attributes
 * @param {string} rust
 */
const optional = (path, attributes, rust) =>
  attributes.includes('skip_serializing_if') ||
  (path.endsWith('input.rs') && (rust.startsWith('Option') || rust === 'Assumptions'));

/**
 * @typedef {{ name: string, comment: string, rust: string, missing: boolean }} Field
 * @typedef {{ name: string, comment: string, fields?: Field[], words?: { word: string, comment: string }[] }} Declared
 */

/**
 * Every public struct and enum of a file.
 * @param {string} path
 * @returns {Declared[]}
 */
function declarations(path) {
  /** @type {Declared[]} */
  const out = [];
  let comment = '';
  let attributes = '';
  /** @type {Declared | undefined} */
  let open;
  let spelt = camel;
  for (const line of read(path).split('\n')) {
    const text = line.trim();
    const head = /^pub (struct|enum) (\w+) \{$/.exec(line);
    const field = /^ {4}pub (\w+): (.+),$/.exec(line);
    const variant = /^ {4}([A-Z]\w*),$/.exec(line);
    if (text.startsWith('///')) {
      comment += `${text.slice(3)}`;
      continue;
    }
    if (text.startsWith('#[')) {
      attributes += text;
      continue;
    }
    if (head) {
      open = { name: head[2], comment, ...(head[1] === 'struct' ? { fields: [] } : { words: [] }) };
      spelt = attributes.includes('kebab-case') ? kebab : (name) => name.toLowerCase();
      out.push(open);
    } else if (open?.fields && field) {
      open.fields.push({
        name: camel(field[1]),
        comment,
        rust: field[2],
        missing: optional(path, attributes, field[2]),
      });
    } else if (open?.words && variant) {
      open.words.push({ word: spelt(variant[1]), comment });
    } else if (line === '}') open = undefined;
    comment = '';
    attributes = '';
  }
  return out;
}

/** @param {Declared} declared */
function typeScript({ name, comment, fields, words }) {
  const head = `\n/**${comment} */\n`;
  if (words) {
    const rows = words.map((each) => `  /**${each.comment} */\n  | '${each.word}'`);
    return `${head}export type ${name} =\n${rows.join('\n')}\n  ;`;
  }
  const rows = (fields ?? []).map((each) => {
    const type = each.missing ? typeOf(each.rust).replace(/ \| null$/, '') : typeOf(each.rust);
    return `  /**${each.comment} */\n  ${each.name}${each.missing ? '?' : ''}: ${type};`;
  });
  return `${head}export interface ${name} {\n${rows.join('\n')}\n}`;
}

/** @param {string} rust @returns {object} */
function schemaOf(rust) {
  const inner = /^(Option|Vec)<(.+)>$/.exec(rust);
  if (inner?.[1] === 'Vec') return { type: 'array', items: schemaOf(inner[2]) };
  if (inner) return { anyOf: [schemaOf(inner[2]), { type: 'null' }] };
  const type = typeOf(rust);
  if (type === 'number') return { type: rust === 'f64' ? 'number' : 'integer' };
  return type === rust ? { $ref: `#/$defs/${rust}` } : { type };
}

/** @param {Declared} declared */
function schema({ comment, fields, words }) {
  const description = comment.trim();
  if (words) return { description, enum: words.map((each) => each.word) };
  const property = (/** @type {Field} */ { comment, rust, missing }) => ({
    description: comment.trim(),
    ...schemaOf(missing ? rust.replace(/^Option<(.+)>$/, '$1') : rust),
  });
  return {
    description,
    type: 'object',
    properties: Object.fromEntries((fields ?? []).map((each) => [each.name, property(each)])),
    required: (fields ?? []).filter((each) => !each.missing).map((each) => each.name),
    additionalProperties: false,
  };
}

const [types, reportSchema] = process.argv.slice(2);
if (!types) throw new Error('usage: node www/types.mjs OUT.d.ts [OUT.schema.json]');
const declared = SOURCES.flatMap(declarations);
writeFileSync(types, [read('www/npm/functions.d.ts').trimEnd(), ...declared.map(typeScript), ''].join('\n'));
if (reportSchema) {
  const all = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Report of the Timing Advisor',
    $ref: '#/$defs/Report',
    $defs: Object.fromEntries(declared.map((each) => [each.name, schema(each)])),
  };
  writeFileSync(reportSchema, `${JSON.stringify(all, null, 2)}\n`);
}
