// The answer in one sentence, and its price.

import { h, icon, unbroken } from '../dom.js';
import { silent, told, understood } from '../read-as.js';
import { documentsNamed, plural, readOf, SEVERITY, timingOf, WORDS } from '../strings.js';

/** @typedef {import('../types.js').Report} Report */

/**
 * @param {Report} report
 * @param {import('../types.js').Actions} actions
 * @param {string} inPart what is to say where a file was not read to its end
 */
export function readLine(report, actions, inPart) {
  const all = report.documents;
  // Where none told anything, the answer says so.
  const useful = all.filter(told);
  const read = useful.length > 0 ? useful : all.filter((doc) => doc.lines > 0);
  if (read.length === 0) return null;
  const hosts = new Set(read.flatMap((doc) => doc.hosts)).size;
  return h(
    'div',
    { class: 'read s q' },
    h('span', null, h('b', null, `${WORDS.read}: `), readOfThese(read)),
    inPart && h('b', { class: 'warning' }, inPart),
    silent(report) && h('b', { class: 'warning' }, silent(report)),
    software(read) && h('span', null, software(read)),
    hosts > 0 && h('span', null, plural(hosts, 'host')),
    h('button', { class: 'link', type: 'button', onclick: () => actions.jump('input') }, WORDS.changeInput),
  );
}

/** Where one log names the version, the range that another allows tells no more. @param {Report['documents']} documents */
function software(documents) {
  const all = documents.flatMap((doc) => doc.software);
  const named = new Set(all.flatMap(({ name, versions }) => (/^[\d.]+$/.test(versions) ? name : [])));
  const told = all.filter(({ name, versions }) => !named.has(name) || /^[\d.]+$/.test(versions));
  return [...new Set(told.map(({ name, versions }) => `${name} ${versions}`.trim()))].join(', ');
}

/** A file that gave no text, beside others that did. @param {string} sentence */
export function unreadNotice(sentence) {
  return h(
    'p',
    { class: 'shared unread' },
    h('span', { class: 'sev warning' }, icon('warning')),
    h('span', null, sentence),
  );
}

/**
 * Says that the file is another by now, and that the logs do not know of it.
 *
 * @param {{ key: number, name: string, made: number, left: number, own: boolean }} fixed
 * @param {import('../types.js').Actions} actions
 */
export function fixedNotice({ key, name, made, left, own }, actions) {
  const all = left === 0 && !own;
  const state = all ? WORDS.holdsAll : made > 0 ? WORDS.holdsSome(made, made + left) : WORDS.editedAfter;
  return h(
    'p',
    { class: 'shared', id: 'fixed' },
    h('span', { class: all ? 'okc' : 'sev info' }, icon(all ? 'ok' : 'info')),
    h('span', null, h('b', null, `${name} ${state}`), ` ${WORDS.writtenBefore} ${all ? WORDS.thenRollOut : ''}`),
    h('button', { type: 'button', id: 'in-force', onclick: () => actions.inForce(key) }, WORDS.inForce),
  );
}

/** What is gained, what it costs and what stays. @param {Report['verdict']} verdict */
export function bargain({ timing, gain, pay, willNotCure }) {
  const no = timing === 'not-the-remedy';
  return [
    { title: no ? WORDS.helps : WORDS.gain, lines: gain },
    { title: no ? WORDS.anywayCost : WORDS.pay, lines: pay },
    { title: WORDS.willNotCure, lines: willNotCure },
  ].filter((column) => column.lines.length > 0);
}

/** How much of which documents was understood. @param {Report['documents']} documents */
export function readOfThese(documents) {
  const lines = documents.reduce((sum, doc) => sum + doc.lines, 0);
  const sum = documents.reduce((sum, doc) => sum + understood(doc), 0);
  return `${documentsNamed(documents.map((doc) => doc.name))}, ${readOf(sum, lines)} understood`;
}

/** @param {Report} report */
export function verdictBlock(report) {
  const { verdict } = report;
  const timing = timingOf(report);
  const columns = bargain(verdict);
  return h(
    'div',
    { class: 'verdict', id: 'verdict' },
    h(
      'div',
      { class: 'sevline' },
      severity(verdict.severity),
      h('span', { class: `sev ${timing.tone}` }, icon(timing.icon), timing.words),
    ),
    h('h1', { id: 'headline', tabindex: -1 }, unbroken(verdict.headline)),
    verdict.why && h('p', { class: 'q because' }, unbroken(notSaid(verdict.why, verdict.headline))),
    columns.length > 0 &&
      h(
        'dl',
        { class: 'ledger' },
        columns.map(({ title, lines }) =>
          h(
            'div',
            null,
            h('dt', null, title),
            lines.map((line) => h('dd', null, figures(line))),
          ),
        ),
      ),
  );
}

/** Times and counts stand out, so that the bargain is seen before it is read. @param {string} line */
function figures(line) {
  return unbroken(line)
    .split(/(\d[\d.]*\u00a0(?:ms|s|min|h)\b|\d+(?= now\b)|none(?= expected\b))/)
    .map((part, index) => (index % 2 === 1 ? h('b', null, part) : part));
}

/**
 * Without a first sentence that the headline says already.
 *
 * @param {string} why
 * @param {string} headline
 */
export function notSaid(why, headline) {
  const [, first, rest] = /^(.+?)\. (.+)$/s.exec(why) ?? [];
  return first && headline.startsWith(first) ? rest : why;
}

/** @param {string} level */
export function severity(level) {
  const tone = level === 'ok' ? 'okc' : level;
  return h('span', { class: `sev ${tone}` }, icon(/** @type {any} */ (level)), SEVERITY[level]);
}
