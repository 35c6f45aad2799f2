// The page's side of the worker. The engine is fetched and compiled once; a worker that failed or
// was stopped is replaced from memory, without a request.

import { WORDS } from './strings.js';

/** @typedef {import('./types.js').Report} Report */

/** An analysis was overtaken by the next one, or stopped by the reader. */
export class Overtaken extends Error {}

export class Engine {
  /** @type {Promise<WebAssembly.Module>} */
  #module;
  /** @type {Worker | undefined} */
  #worker;
  /** @type {{ id: number, resolve: (report: any) => void, reject: (error: Error) => void, progress: (progress: any) => void } | undefined} */
  #waiting;
  #id = 0;
  #address = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));

  /** @param {string | URL} address of the engine */
  constructor(address) {
    this.#module = fetch(address).then(async (response) => {
      if (!response.ok) throw new Error(WORDS.engineMissing);
      return WebAssembly.compile(await response.arrayBuffer());
    });
    this.#module.then(() => this.#start()).catch(() => {});
  }

  /**
   * @param {import('./types.js').Doc[]} documents
   * @param {import('./types.js').Assumptions} assumptions
   * @param {(progress: { done: number, total: number }) => void} progress
   * @returns {Promise<Report>}
   */
  async analyze(documents, assumptions, progress) {
    this.stop();
    const id = ++this.#id;
    const overtaken = () => id !== this.#id;
    await this.#module.catch(() => {
      throw new Error(WORDS.engineMissing);
    });
    if (overtaken()) throw new Overtaken();
    const worker = this.#worker ?? (await this.#start());
    if (overtaken()) throw new Overtaken();
    return new Promise((resolve, reject) => {
      this.#waiting = { id, resolve, reject, progress };
      worker.postMessage({ id, type: 'analyze', documents, assumptions });
    });
  }

  /** Ends what runs, if anything does. */
  stop() {
    this.#id++;
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#replace();
    waiting.reject(new Overtaken());
  }

  async #start() {
    const worker = new Worker(this.#address);
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(worker, data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(worker);
    };
    worker.postMessage({ id: 0, type: 'start', engine: await this.#module });
    return worker;
  }

  /**
   * @param {Worker} worker
   * @param {any} data
   */
  #receive(worker, data) {
    const waiting = this.#waiting;
    if (!waiting || worker !== this.#worker || data.id !== waiting.id) return;
    if (data.progress) return waiting.progress(data.progress);
    if (data.error !== undefined) return this.#fail(worker);
    this.#waiting = undefined;
    if (data.badFile !== undefined) return waiting.reject(new Error(`${data.badFile} ${WORDS.badFile}`));
    waiting.resolve(data.report);
  }

  /** @param {Worker} worker */
  #fail(worker) {
    if (worker !== this.#worker) return;
    const waiting = this.#waiting;
    this.#replace();
    waiting?.reject(new Error(WORDS.engineFault));
  }

  #replace() {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#waiting = undefined;
    this.#start();
  }
}
