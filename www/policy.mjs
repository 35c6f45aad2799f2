// What a built page may do, and the few functions on bytes that building it needs.

import { createHash } from 'node:crypto';
import { deflateSync } from 'fflate';

const hash = (/** @type {string | Uint8Array} */ data) => createHash('sha256').update(data);

/** In hexadecimal digits. @param {string | Uint8Array} data */
export const sha256 = (data) => hash(data).digest('hex');

/** @param {Uint8Array} bytes */
export const base64 = (bytes) => Buffer.from(bytes).toString('base64');

/** Packed by JavaScript alone: zlib's bytes differ from one processor to the next. @param {Uint8Array} bytes */
export const deflated = (bytes) => deflateSync(bytes, { level: 9 });

/** Allows an inline script or style by what it is. @param {string} text */
const byHash = (text) => `'sha256-${hash(text).digest('base64')}'`;

const TRUSTED = { 'require-trusted-types-for': "'script'", 'trusted-types': 'timing-advisor' };
const NOTHING_ELSE = { 'base-uri': "'none'", 'form-action': "'none'" };

export const POLICIES = {
  site: {
    'default-src': "'none'",
    'script-src': "'self' 'wasm-unsafe-eval'",
    'style-src': "'self'",
    'worker-src': "'self' blob:",
    'connect-src': "'self'",
    'img-src': "'self' data:",
    'manifest-src': "'self'",
    ...NOTHING_ELSE,
    ...TRUSTED,
  },
  /** @param {string[]} scripts @param {string[]} styles */
  single: (scripts, styles) => ({
    'default-src': "'none'",
    'script-src': [...scripts.map(byHash), "'wasm-unsafe-eval'"].join(' '),
    'style-src': styles.map(byHash).join(' '),
    'worker-src': 'blob:',
    'connect-src': "'none'",
    'img-src': 'data:',
    ...NOTHING_ELSE,
    ...TRUSTED,
  }),
};

/** @param {Record<string, string>} directives */
export const policy = (directives) =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
