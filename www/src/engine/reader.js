// The engine's side of the page: one message in, one answer out. It runs in a worker, or on the page
// itself where no worker can be made. Files are read here, in pieces, so that the page never holds them.
//
// What was read stays: for other assumptions, or for one edited text, the rest is not read again.

import { analyze, init, Session } from '../../../dist/npm/timing-advisor.js';
import { LIMITS } from '../strings.js';
import { BadFile, pieces } from './pieces.js';

/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {import('../types.js').Progress} Progress */
/** @typedef {{ id: number, type: 'start' | 'warm-up' | 'look' | 'analyze' | 'enough', engine?: any, documents?: Doc[], assumptions?: import('../types.js').Assumptions }} Message */
/** @typedef {Doc & { at: number, whole: boolean }} Read a document, its number in the session, and whether all of it was read */
/** @typedef {{ session: Session, documents: Read[], cut: number[] }} Kept `cut`: keys of what was not read to its end */

/** Each is drawn, which takes the machine longer than 5 MB of log. What is over sooner shows none. */
const PROGRESS_EVERY_MS = 250;
/** After so long the reader listens for a word to stop: a fast stream would leave no room for it. */
const LISTEN_EVERY_MS = 50;
/** A newer message came. */
class Overtaken extends Error {}

/**
 * @param {(answer: any) => void} reply
 * @returns {(message: Message) => void}
 */
export function reader(reply) {
  let newest = 0;
  let enough = 0;
  /** @type {Kept | undefined} */
  let kept;
  let last = Promise.resolve();

  return (message) => {
    if (message.type === 'enough') enough = message.id;
    else {
      if (message.type !== 'look') newest = message.id;
      last = last.then(() => answer(message));
    }
  };

  /** @param {Message} message */
  async function answer({ id, type, engine, documents = [], assumptions = {} }) {
    try {
      if (type === 'start') await init(engine);
      if (type === 'start') return reply({ id, ready: true });
      // Nothing of these is kept, and nobody waits for the first.
      const alone = () => analyze({ documents: documents.map(({ name, text = '' }) => ({ name, text })) });
      if (type === 'warm-up') return void (await alone());
      if (type === 'look') return reply({ id, look: await alone() });
      const report = await reportOn(id, documents, assumptions);
      reply({ id, report, stopped: kept !== undefined && kept.cut.length > 0 });
    } catch (error) {
      if (error instanceof Overtaken) return;
      if (error instanceof BadFile) return reply({ id, badFile: error.file });
      kept = undefined;
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  /**
   * @param {number} id
   * @param {Doc[]} documents
   * @param {import('../types.js').Assumptions} assumptions
   */
  async function reportOn(id, documents, assumptions) {
    if (!kept || !leaveOut(kept, documents)) kept = { session: await Session.start(), documents: [], cut: [] };
    const { session } = kept;
    const unread = documents.filter((doc, index) => !same(kept?.documents[index], doc));
    const meter = progress(id, session, unread);
    for (const [index, doc] of documents.entries()) {
      const read = kept.documents[index];
      if (same(read, doc)) continue;
      const at = read ? read.at : session.open(doc.name);
      if (read) session.reopen(at, doc.name);
      kept.documents[index] = { ...doc, at, whole: false };
      kept.cut = kept.cut.filter((key) => key !== doc.key);
      meter.file = doc;
      if (doc.text !== undefined) session.push(at, new TextEncoder().encode(doc.text));
      else {
        let listened = performance.now();
        let more = false;
        const source = pieces(doc, meter);
        for await (const bytes of source) {
          session.push(at, bytes);
          if (performance.now() - listened > LISTEN_EVERY_MS) {
            await new Promise((resolve) => setTimeout(resolve));
            listened = performance.now();
          }
          if (id !== newest) throw new Overtaken();
          if (id === enough) {
            more = !(await source.next()).done;
            break;
          }
        }
        if (more) kept.cut.push(doc.key);
      }
      kept.documents[index] = { ...doc, at, whole: true };
    }
    const report = session.report(assumptions);
    const stopped = documents.filter(({ key }) => kept?.cut.includes(key));
    const cut = stopped.map(({ name }) => LIMITS.stoppedEarly(name));
    return { ...report, limits: [...cut, ...report.limits] };
  }

  /**
   * @param {number} id
   * @param {Session} session
   * @param {Doc[]} documents
   * @returns {{ file: Doc | undefined, add: (bytes: number) => void }}
   */
  function progress(id, session, documents) {
    const total = documents.reduce((sum, doc) => sum + (doc.file?.size ?? 0), 0);
    const files = documents.map(({ name, text, file }) => ({ name, size: file?.size ?? text?.length ?? 0 }));
    let done = 0;
    let told = performance.now();
    return {
      file: undefined,
      add(bytes) {
        done += bytes;
        const now = performance.now();
        if (now - told < PROGRESS_EVERY_MS) return;
        told = now;
        const { lines, signs } = session.counts();
        const index = documents.findIndex((doc) => doc === this.file);
        /** @type {Progress} */
        const far = { done, total, lines, signs, name: this.file?.name ?? '', index, files };
        reply({ id, progress: far });
      },
    };
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
  kept.cut = kept.cut.filter((key) => stay.some((read) => read.key === key));
  return true;
}

/**
 * @param {Read | undefined} read
 * @param {Doc} doc
 */
function same(read, doc) {
  return read !== undefined && read.whole && read.key === doc.key && read.name === doc.name && read.text === doc.text;
}
