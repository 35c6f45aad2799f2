// The engine as an ES module, for browsers and for Node 20 or later:
//
//   import { analyze } from 'timing-advisor';
//   const report = await analyze({ documents: [{ name: 'fleet.log', text }] });
//
// The first call loads the engine; nothing has to be set up. Nothing is sent anywhere.

import {
  __wbg_reset_state,
  initSync,
  rules as rulesOfEngine,
  Session as EngineSession,
  Stated,
} from './timing_advisor.js';

const STOPPED =
  'The engine met a fault of its own and stopped, so there is no report for this input. ' +
  'The next analysis starts afresh. Please report the input that did this, with anything private removed.';

// Bytes handed to the engine at once. It copies them, and its memory never shrinks again.
const PIECE = 128 << 10;

/** @type {Promise<void> | undefined} */
let loading;

// Counts engine instances: a session belongs to the one it was started in.
let instance = 0;

/**
 * Loads the engine. Only needed where the module cannot find `timing_advisor_bg.wasm` beside
 * itself, as in a bundle or a single file: give its bytes, a compiled module, or its address. A relative
 * address is one of the page. Once an engine is loaded, another source is not looked at.
 *
 * @param {BufferSource | WebAssembly.Module | Response | URL | string | PromiseLike<Response>} [source]
 * @returns {Promise<void>}
 */
export function init(source) {
  loading ??= load(source).catch((error) => {
    // A failed download may succeed the next time.
    loading = undefined;
    throw new Error(
      `The engine could not be loaded: ${message(error)}. It is the file timing_advisor_bg.wasm of this package; ` +
        'where a bundler moved this module away from it, call init() with its address first.',
      { cause: error },
    );
  });
  return loading;
}

/**
 * Reads configurations and logs, and answers with a report.
 *
 * @param {import('./timing-advisor.js').Input} input
 * @returns {Promise<import('./timing-advisor.js').Report>}
 */
export async function analyze(input) {
  const { documents, assumptions } = checked(input);
  const session = await Session.start({ assumptions });
  for (const { name, text } of documents) session.push(session.open(name ?? undefined), UTF8.encode(text));
  return session.finish();
}

/**
 * The texts of every rule: why it matters, what to do, its sources. Loads the engine where needed.
 *
 * @returns {Promise<import('./timing-advisor.js').Rule[]>}
 */
export async function rules() {
  await init();
  return guarded(() => JSON.parse(rulesOfEngine()));
}

/** The same analysis for texts that arrive in pieces, such as large files. */
export class Session {
  /** @type {EngineSession | undefined} */
  #engine;
  #instance = instance;
  /** @type {import('./timing-advisor.js').Assumptions} */
  #assumptions;

  /**
   * Starts a session; this loads the engine where needed.
   *
   * @param {{ assumptions?: import('./timing-advisor.js').Assumptions }} [options]
   * @returns {Promise<Session>}
   */
  static async start(options = {}) {
    await init();
    return new Session(options);
  }

  /** @param {{ assumptions?: import('./timing-advisor.js').Assumptions }} options */
  constructor(options = {}) {
    const assumptions = options.assumptions ?? {};
    this.#assumptions = assumptions;
    this.#engine = guarded(() => new EngineSession(stated(assumptions)));
  }

  /**
   * Adds a document and tells its number.
   *
   * @param {string} [name]
   * @returns {number}
   */
  open(name) {
    return this.#call((engine) => engine.open(name));
  }

  /**
   * Forgets what was read of a document, so that it can be fed anew; the others stay as they were read.
   *
   * @param {number} document
   * @param {string} [name]
   */
  reopen(document, name) {
    this.#call((engine) => engine.reopen(document, name));
  }

  /**
   * Takes a document out; the others stay as they were read, and keep their numbers.
   *
   * @param {number} document
   */
  remove(document) {
    this.#call((engine) => engine.remove(document));
  }

  /**
   * Feeds the next bytes of a document: UTF-8, cut anywhere.
   *
   * @param {number} document
   * @param {Uint8Array} bytes
   */
  push(document, bytes) {
    if (!(bytes instanceof Uint8Array))
      throw new TypeError('push takes bytes, a Uint8Array; encode a string with TextEncoder.');
    this.#call((engine) => {
      for (let at = 0; at < bytes.length; at += PIECE) engine.push(document, bytes.subarray(at, at + PIECE));
    });
  }

  /**
   * Adds a document and feeds all of a stream to it, for example `file.stream()`.
   *
   * @param {string | undefined} name
   * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} stream
   * @returns {Promise<number>}
   */
  async read(name, stream) {
    const document = this.open(name);
    for await (const bytes of pieces(stream)) this.push(document, bytes);
    return document;
  }

  /**
   * How much was read so far.
   *
   * @returns {import('./timing-advisor.js').Counts}
   */
  counts() {
    return this.#call((engine) => JSON.parse(engine.counts()));
  }

  /**
   * The report on what was read so far. Asked again with other assumptions, nothing is read again.
   *
   * @param {import('./timing-advisor.js').Assumptions} [assumptions]
   * @returns {import('./timing-advisor.js').Report}
   */
  report(assumptions = this.#assumptions) {
    this.#assumptions = assumptions;
    return this.#call((engine) => JSON.parse(engine.report(stated(assumptions))));
  }

  /**
   * Ends the session and answers with its report.
   *
   * @returns {import('./timing-advisor.js').Report}
   */
  finish() {
    const report = this.report();
    this.#engine?.free();
    this.#engine = undefined;
    return report;
  }

  /**
   * @template T
   * @param {(engine: EngineSession) => T} use
   * @returns {T}
   */
  #call(use) {
    const engine = this.#engine;
    if (!engine) throw new Error('This session has ended. Start another one.');
    if (this.#instance !== instance)
      throw new Error('This session was lost when the engine stopped. Start another one.');
    return guarded(() => use(engine));
  }
}

/** @param {Parameters<typeof init>[0]} source */
async function load(source = new URL('./timing_advisor_bg.wasm', import.meta.url)) {
  initSync({ module: await compiled(await source) });
}

/** @param {BufferSource | WebAssembly.Module | Response | URL | string} source */
async function compiled(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === 'string') return compiled(new URL(source, globalThis.document?.baseURI ?? import.meta.url));
  if (source instanceof URL) return compiled(await fetched(source));
  if (typeof Response === 'function' && source instanceof Response) {
    if (!source.ok) throw new Error(`${source.url} answered ${source.status}`);
    return WebAssembly.compile(await source.arrayBuffer());
  }
  return WebAssembly.compile(/** @type {BufferSource} */ (source));
}

/** @param {URL} address */
async function fetched(address) {
  if (address.protocol !== 'file:' || !globalThis.process?.versions?.node) return fetch(address);
  // Named by a variable, so that no bundler for browsers tries to resolve it.
  const files = 'node:fs/promises';
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ files);
  return readFile(address);
}

/**
 * Runs a call into the engine. After a trap its memory cannot be trusted, so a new instance
 * takes its place before anything else runs.
 *
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
function guarded(call) {
  try {
    return call();
  } catch (error) {
    if (!isTrap(error)) throw error;
    instance += 1;
    __wbg_reset_state();
    throw new Error(STOPPED, { cause: error });
  }
}

// A panic, a broken memory access, or a stack that ran out (each browser names that its own way).
/** @param {unknown} error */
const isTrap = (error) =>
  error instanceof WebAssembly.RuntimeError ||
  error instanceof RangeError ||
  /** @type {any} */ (error)?.name === 'InternalError';

/**
 * @param {import('./timing-advisor.js').Input} input
 * @returns {import('./timing-advisor.js').Input}
 */
function checked(input) {
  const documents = input?.documents;
  if (!Array.isArray(documents)) throw new TypeError('analyze needs { documents: [{ name, text }] }.');
  for (const [at, document] of documents.entries()) {
    if (typeof document?.text !== 'string')
      throw new TypeError(`documents[${at}].text is no string. For bytes, use a Session.`);
    if (typeof (document.name ?? '') !== 'string') throw new TypeError(`documents[${at}].name is no string.`);
  }
  return input;
}

/** @param {import('./timing-advisor.js').Assumptions} assumptions */
function stated(assumptions) {
  const stated = new Stated();
  for (const [name, value] of Object.entries(assumptions)) {
    if (value === undefined || value === null) continue;
    const fits = typeof value === 'number' ? stated.number(name, value) : stated.text(name, String(value));
    if (!fits)
      throw new TypeError(
        `The input has not the expected form: assumptions.${name} cannot be ${JSON.stringify(value)}.`,
      );
  }
  return stated;
}

const UTF8 = new TextEncoder();

/** @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array>} stream */
async function* pieces(stream) {
  if (Symbol.asyncIterator in stream || Symbol.iterator in stream) return yield* stream;
  // Safari's streams cannot be iterated.
  const reader = /** @type {ReadableStream<Uint8Array>} */ (stream).getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

/** @param {unknown} error */
const message = (error) => (error instanceof Error ? error.message : String(error));
