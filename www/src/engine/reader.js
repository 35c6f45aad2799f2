// The engine's side of the page: one message in, one answer out. It runs in a worker, or on the page
// itself where no worker can be made. Files are read here, in pieces, so that the page never holds them.
//
// What was read stays: for other assumptions, or for one edited text, the rest is not read again.

import { analyze, init, Session } from '../../../dist/npm/timing-advisor.js';
import { LIMITS, WORDS } from '../strings.js';
import { Meter } from './meter.js';
import { BadFile, pieces } from './pieces.js';

/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {import('../types.js').Assumptions} Assumptions */
/** @typedef {{ id: number, type: 'start' | 'warm-up' | 'look' | 'analyze' | 'enough', engine?: any, documents?: Doc[], assumptions?: Assumptions }} Message */
/** @typedef {keyof typeof CUT | undefined} Cut why a file was not read to its end */
/** @typedef {Doc & { at: number, whole: boolean, cut: Cut }} Read `at`: its number in the session; `whole`: read to the end that was wanted, or that there is */
/** @typedef {{ session: Session, documents: Read[] }} Kept */

/** After so long the reader listens for a word to stop: a fast stream would leave no room for it. */
const LISTEN_EVERY_MS = 50;
const LINE_END = 10;
/** What is said of a file that was not read to its end: at the top, and with its name. */
const CUT = {
  stopped: { said: WORDS.stopped, of: LIMITS.stoppedEarly },
  broken: { said: WORDS.broken, of: LIMITS.broken },
};
/** A newer message came. */
class Overtaken extends Error {}

export class Reader {
  #reply;
  #newest = 0;
  #enough = 0;
  /** @type {Kept | undefined} */
  #kept;
  #last = Promise.resolve();

  /** @param {(answer: any) => void} reply */
  constructor(reply) {
    this.#reply = reply;
  }

  /** @param {Message} message */
  take(message) {
    if (message.type === 'enough') this.#enough = message.id;
    else {
      if (message.type !== 'look') this.#newest = message.id;
      this.#last = this.#last.then(() => this.#answer(message));
    }
  }

  /** @param {Message} message */
  async #answer({ id, type, engine, documents = [], assumptions = {} }) {
    const reply = this.#reply;
    try {
      if (type === 'start') await init(engine);
      if (type === 'start') return reply({ id, ready: true });
      // Nothing of these is kept, and nobody waits for the first.
      const alone = () => analyze({ documents: documents.map(({ name, text = '' }) => ({ name, text })) });
      if (type === 'warm-up') return void (await alone());
      if (type === 'look') return reply({ id, look: await alone() });
      reply({ id, ...(await this.#reportOn(id, documents, assumptions)) });
    } catch (error) {
      if (error instanceof Overtaken) return;
      if (error instanceof BadFile) return reply({ id, badFile: error.file });
      this.#kept = undefined;
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  /**
   * @param {number} id
   * @param {Doc[]} documents
   * @param {Assumptions} assumptions
   */
  async #reportOn(id, documents, assumptions) {
    if (!this.#kept || !leaveOut(this.#kept, documents)) this.#kept = { session: await Session.start(), documents: [] };
    const kept = this.#kept;
    const unread = documents.filter((doc, index) => !same(kept.documents[index], doc));
    const meter = new Meter(
      unread,
      () => kept.session.counts(),
      (progress) => this.#reply({ id, progress }),
    );
    for (const doc of unread) await this.#read(id, kept, documents.indexOf(doc), doc, meter);
    const report = kept.session.report(assumptions);
    const limits = kept.documents.flatMap(({ cut, name }) => (cut ? CUT[cut].of(name) : []));
    const inPart = new Set(kept.documents.flatMap(({ cut }) => (cut ? CUT[cut].said : [])));
    return { report: { ...report, limits: [...limits, ...report.limits] }, inPart: [...inPart].join(' ') };
  }

  /**
   * @param {number} id
   * @param {Kept} kept
   * @param {number} index
   * @param {Doc} doc
   * @param {Meter} meter
   */
  async #read(id, { session, documents }, index, doc, meter) {
    const before = documents[index];
    const at = before ? before.at : session.open(doc.name);
    if (before) session.reopen(at, doc.name);
    documents[index] = { ...doc, at, whole: false, cut: undefined };
    meter.file = doc;
    if (doc.text !== undefined) session.push(at, new TextEncoder().encode(doc.text));
    const cut = doc.text === undefined ? await this.#pushFile(id, session, at, doc, meter) : undefined;
    documents[index] = { ...doc, at, whole: true, cut };
  }

  /**
   * @param {number} id
   * @param {Session} session
   * @param {number} at
   * @param {Doc} doc
   * @param {Meter} meter
   * @returns {Promise<Cut>}
   */
  async #pushFile(id, session, at, doc, meter) {
    let listened = performance.now();
    let lines = false;
    const source = pieces(doc, meter);
    try {
      for await (const bytes of source) {
        session.push(at, bytes);
        lines ||= bytes.includes(LINE_END);
        if (performance.now() - listened > LISTEN_EVERY_MS) {
          await new Promise((resolve) => setTimeout(resolve));
          listened = performance.now();
        }
        if (id !== this.#newest) throw new Overtaken();
        if (id === this.#enough) return (await source.next()).done ? undefined : 'stopped';
      }
    } catch (error) {
      // The lines before the place where a packed file breaks off are what they are.
      if (!(error instanceof BadFile && doc.gzip && lines)) throw error;
      return 'broken';
    }
    return undefined;
  }
}

/**
 * Takes out of a session what is not among the documents. Gives whether it may go on: the engine answers in the order
 * in which it was given the others.
 *
 * @param {Kept} kept
 * @param {Doc[]} documents
 */
function leaveOut(kept, documents) {
  const gone = kept.documents.filter(({ key }) => documents.every((doc) => doc.key !== key));
  const stay = kept.documents.filter((read) => !gone.includes(read));
  if (stay.length === 0 || stay.some(({ key }, index) => documents[index].key !== key)) return false;
  for (const { at } of gone) kept.session.remove(at);
  kept.documents = stay;
  return true;
}

/**
 * @param {Read | undefined} read
 * @param {Doc} doc
 */
function same(read, doc) {
  return read !== undefined && read.whole && read.key === doc.key && read.name === doc.name && read.text === doc.text;
}
