// Holds a report against the published types, field by field.
import assert from 'node:assert/strict';
import { read } from './engine.mjs';

/** @type {Map<string, { name: string, optional: boolean, type: string }[]>} */
const interfaces = new Map();
/** @type {Map<string, string[]>} */
const words = new Map();

const types = read('dist/npm/timing-advisor.d.ts');
for (const [, name, body] of types.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms)) {
  const fields = [...body.matchAll(/^ {2}(\w+)(\??): (.+);$/gm)];
  interfaces.set(
    name,
    fields.map(([, field, mark, type]) => ({ name: field, optional: mark === '?', type })),
  );
}
for (const [, name, body] of types.matchAll(/^export type (\w+) =\n(.*?);$/gms)) {
  words.set(
    name,
    [...body.matchAll(/\| '([^']+)'/g)].map(([, word]) => word),
  );
}

/**
 * Fails where a report has another shape than the types promise.
 * @param {unknown} report
 * @param {string} what
 */
export function checkReport(report, what) {
  check(report, 'Report', what);
}

/** @param {unknown} value @param {string} type @param {string} at */
function check(value, type, at) {
  if (type.endsWith(' | null')) return value === null ? undefined : check(value, type.slice(0, -7), at);
  if (type.endsWith('[]')) {
    assert.ok(Array.isArray(value), `${at} is no list`);
    value.forEach((item, index) => check(item, type.slice(0, -2), `${at}[${index}]`));
    return;
  }
  const fields = interfaces.get(type);
  if (fields) return checkFields(value, fields, at);
  const allowed = words.get(type);
  if (allowed) return assert.ok(allowed.includes(String(value)), `${at} is '${value}', none of ${allowed}`);
  assert.equal(typeof value, type, `${at} is ${JSON.stringify(value)}`);
}

/** @param {any} value @param {{ name: string, optional: boolean, type: string }[]} fields @param {string} at */
function checkFields(value, fields, at) {
  assert.ok(value && typeof value === 'object', `${at} is no object`);
  for (const field of fields) {
    if (!(field.name in value)) assert.ok(field.optional, `${at}.${field.name} is missing`);
    else check(value[field.name], field.type, `${at}.${field.name}`);
  }
  const known = fields.map((field) => field.name);
  for (const name of Object.keys(value)) assert.ok(known.includes(name), `${at}.${name} is in no published type`);
}
