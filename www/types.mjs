// Writes the types of the npm package from the Rust types of input and report, so they cannot
// part: `node www/types.mjs OUT.d.ts`. The functions are declared in www/npm/functions.d.ts.
import { readFileSync, writeFileSync } from 'node:fs';

const SOURCES = ['crate/src/input.rs', 'crate/src/report.rs'];
const PLAIN = {
  String: 'string',
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
 * Every public struct and enum of a file, line by line: comments become comments, fields fields.
 * @param {string} path
 */
function declarations(path) {
  const out = [];
  let comment = '';
  let attributes = '';
  let kind = '';
  let variants = '';
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
      kind = head[1];
      variants = attributes.includes('kebab-case') ? 'kebab' : 'lower';
      out.push(`\n/**${comment} */`, kind === 'struct' ? `export interface ${head[2]} {` : `export type ${head[2]} =`);
    } else if (kind === 'struct' && field) {
      const [, name, rust] = field;
      const missing = optional(path, attributes, rust);
      const type = missing ? typeOf(rust).replace(/ \| null$/, '') : typeOf(rust);
      out.push(`  /**${comment} */`, `  ${camel(name)}${missing ? '?' : ''}: ${type};`);
    } else if (kind === 'enum' && variant) {
      out.push(`  /**${comment} */`, `  | '${variants === 'kebab' ? kebab(variant[1]) : variant[1].toLowerCase()}'`);
    } else if (kind && line === '}') {
      out.push(kind === 'struct' ? '}' : '  ;');
      kind = '';
    }
    comment = '';
    attributes = '';
  }
  return out;
}

const [target] = process.argv.slice(2);
if (!target) throw new Error('usage: node www/types.mjs OUT.d.ts');
writeFileSync(target, [read('www/npm/functions.d.ts').trimEnd(), ...SOURCES.flatMap(declarations), ''].join('\n'));
