// The page's side of the worker. The engine is fetched and compiled once; a worker that failed or
// was stopped is replaced from memory, without a request. Where no worker may start, the same code
// runs in the page.

import { EXAMPLES } from '../input/examples.js';
import { notRead, WORDS } from '../strings.js';
import { scriptAddress } from '../trusted.js';

/** @typedef {import('../types.js').Report} Report */

/** So long after its start a worker with nothing to do reads an example. */
const WARM_UP_AFTER_MS = 400;

/** A file that gives no text. */
export class Unreadable extends Error {
  /** @param {import('../types.js').Unread & { key: number }} file of several that have one name, it is the one with this key */
  constructor(file) {
    super(notRead([file])[0]);
    this.file = file;
    this.key = file.key;
  }
}

/** An analysis was overtaken by the next one, or stopped by the reader. */
export class Overtaken extends Error {}

/** @typedef {Pick<Worker, 'onmessage' | 'onerror' | 'postMessage' | 'terminate'>} Port */

/** @typedef {import('../types.js').Progress} Progress */
/** @typedef {{ report: Report, inPart: string }} Answer and what is to say where a file was not read to its end */
/** @typedef {{ id: number, message: any, resolve: (answer: Answer) => void, reject: (error: Error) => void, progress: (progress: Progress) => void }} Waiting */

export class Engine {
  /** @type {Promise<WebAssembly.Module> | undefined} */
  #module;
  /** The engine could not be had; the next analysis asks for it anew. */
  #missing = false;
  #source;
  /** @type {Port | undefined} */
  #port;
  /** The port has its engine. */
  #ready = false;
  #workersStart = true;
  /** @type {Waiting | undefined} */
  #waiting;
  /** @type {{ message: any, told: (report: Report) => void } | undefined} */
  #look;
  #looks = 0;
  #id = 0;
  #address = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));

  /** @param {string | URL} address of the engine, or `#id` of an element that holds it as text */
  constructor(address) {
    this.#source = address;
    this.#fetch();
  }

  /** The worker starts while the engine is fetched. A failure is told to who asks for an answer. */
  #fetch() {
    this.#port?.terminate();
    this.#missing = false;
    this.#module = load(this.#source);
    this.#module.catch(() => (this.#missing = true));
    this.#start();
  }

  /**
   * Ends what runs before. The worker does so by itself and keeps what it has read.
   *
   * @param {import('../types.js').Doc[]} documents
   * @param {import('../types.js').Assumptions} assumptions
   * @param {(progress: Progress) => void} progress
   * @returns {Promise<Answer>}
   */
  async analyze(documents, assumptions, progress) {
    const id = ++this.#id;
    this.#waiting?.reject(new Overtaken());
    this.#waiting = undefined;
    if (this.#missing) this.#fetch();
    await this.#module;
    if (id !== this.#id) throw new Overtaken();
    return new Promise((resolve, reject) => {
      const message = { id, type: 'analyze', documents, assumptions };
      this.#waiting = { id, message, resolve, reject, progress };
      if (this.#ready) this.#port?.postMessage(message);
      else if (!this.#port) this.#start();
    });
  }

  /**
   * What is to say of one text alone. Only the last look is answered.
   *
   * @param {import('../types.js').Doc} doc
   * @param {(report: Report) => void} told
   */
  look(doc, told) {
    // Below zero: no analysis has such a number.
    this.#look = { message: { id: --this.#looks, type: 'look', documents: [doc] }, told };
    if (this.#ready) this.#port?.postMessage(this.#look.message);
  }

  /** Lets a running analysis answer on what it has read so far. */
  enough() {
    if (this.#waiting) this.#port?.postMessage({ id: this.#waiting.id, type: 'enough' });
  }

  /** Ends what runs, if anything does. */
  stop() {
    this.#id++;
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#replace();
    waiting.reject(new Overtaken());
  }

  /** Ends what runs and lets the worker go; the next analysis starts another one. */
  rest() {
    this.stop();
    this.#port?.terminate();
    this.#port = undefined;
    this.#ready = false;
  }

  /** What waits is asked as soon as there is somebody to ask. */
  async #start() {
    this.#ready = false;
    const port = (this.#workersStart && this.#inWorker()) || new InPage();
    this.#port = port;
    let alive = false;
    port.onmessage = ({ data }) => {
      alive = true;
      this.#receive(port, data);
    };
    port.onerror = (event) => {
      event.preventDefault?.();
      // A policy that forbids the worker is told by an event, in some browsers by an exception.
      if (alive) return this.#fail(port);
      this.#workersStart = false;
      this.#again(port);
    };
    const engine = await this.#module?.catch(() => undefined);
    if (!engine || port !== this.#port) return;
    port.postMessage({ id: 0, type: 'start', engine });
    this.#ready = true;
    if (this.#look) port.postMessage(this.#look.message);
    if (this.#waiting) port.postMessage(this.#waiting.message);
    else if (!(port instanceof InPage)) setTimeout(() => this.#warmUp(port), WARM_UP_AFTER_MS);
  }

  /**
   * A browser compiles each part of the engine when it is first called. An idle worker gets over with it before
   * anybody waits for an answer.
   *
   * @param {Port} port
   */
  #warmUp(port) {
    const idle = port === this.#port && this.#id === 0;
    // The example with most to it: a configuration, and leaders that stall.
    if (idle) port.postMessage({ id: 0, type: 'warm-up', documents: EXAMPLES[1].documents });
  }

  #inWorker() {
    try {
      return new Worker(scriptAddress(this.#address));
    } catch {
      this.#workersStart = false;
      return undefined;
    }
  }

  /** Puts what waits to another port, which does not share the first one's fate. @param {Port} dead */
  #again(dead) {
    if (dead !== this.#port) return;
    dead.terminate();
    this.#start();
  }

  /**
   * @param {Port} port
   * @param {any} data
   */
  #receive(port, data) {
    const waiting = this.#waiting;
    const look = this.#look;
    if (port !== this.#port) return;
    if (look && data.id === look.message.id) {
      this.#look = undefined;
      return data.look ? look.told(data.look) : this.#fail(port);
    }
    if (!waiting || data.id !== waiting.id) return;
    if (data.progress) return waiting.progress(data.progress);
    if (data.error !== undefined) return this.#fail(port);
    this.#waiting = undefined;
    if (data.badFile !== undefined) return waiting.reject(new Unreadable(data.badFile));
    waiting.resolve(data);
  }

  /** @param {Port} port */
  #fail(port) {
    if (port !== this.#port) return;
    const waiting = this.#waiting;
    // What brought the engine down is not asked again.
    this.#look = undefined;
    this.#replace();
    waiting?.reject(new Error(WORDS.engineFault));
  }

  #replace() {
    this.#port?.terminate();
    this.#port = undefined;
    this.#waiting = undefined;
    this.#start();
  }
}

/** The worker's code in the page itself: slower to react while it reads, with the same answers. */
class InPage {
  /** @type {Port['onmessage']} */
  onmessage = null;
  /** @type {Port['onerror']} */
  onerror = null;
  #reader = import('./reader.js').then(
    ({ Reader }) =>
      new Reader((data) => this.onmessage?.call(/** @type {any} */ (this), new MessageEvent('message', { data }))),
  );

  /** @param {any} message */
  async postMessage(message) {
    (await this.#reader).take(message);
  }

  terminate() {
    this.onmessage = null;
  }
}

/**
 * @param {string | URL} address
 * @returns {Promise<WebAssembly.Module>}
 */
async function load(address) {
  const rest = new AbortController();
  const response = await (String(address).startsWith('#') ? unpacked(String(address)) : fetched(address, rest.signal));
  // Compiled while it arrives, where the server says what it is.
  const streams = response.headers.get('content-type') === 'application/wasm';
  const compiled = streams
    ? WebAssembly.compileStreaming(response)
    : response.arrayBuffer().then((bytes) => WebAssembly.compile(bytes));
  return compiled.catch((error) => {
    // A refused engine would be left half fetched.
    rest.abort();
    throw new Error(/content.security.policy|unsafe-eval/i.test(String(error)) ? WORDS.noWasm : WORDS.engineMissing);
  });
}

/** @param {string | URL} address @param {AbortSignal} signal */
async function fetched(address, signal) {
  const response = await fetch(address, { signal }).catch(() => {
    throw new Error(WORDS.noFetch);
  });
  if (!response.ok) throw new Error(WORDS.noFetch);
  return response;
}

/** The engine out of the page, where it stands deflated and in base64. @param {string} id */
async function unpacked(id) {
  const text = document.getElementById(id.slice(1))?.textContent;
  if (!text) throw new Error(WORDS.engineMissing);
  const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream);
}
