// What the report says of a document.

import { documentsNamed, ORDER, plural, WORDS } from './strings.js';

/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Report['documents'][number]} Read */

/**
 * Nothing where the report does not speak of it yet.
 *
 * @param {Pick<State, 'report' | 'reported'>} state
 * @param {number | undefined} key of the document
 */
export function readAs({ report, reported }, key) {
  return report?.documents[reported.findIndex((each) => each.key === key)];
}

/**
 * How many lines were understood. Lines of other programs are those between what etcd or fleet say; in a log that has
 * nothing of either, none is.
 *
 * @param {Read} doc
 */
export function understood(doc) {
  return doc.recognised && doc.recognised + doc.foreign;
}

/** Whether it tells anything of etcd or fleet, or may: it was not read yet. @param {Read | undefined} doc */
export function told(doc) {
  return !doc || doc.kind === 'configuration' || understood(doc) > 0;
}

/** So many are listed whatever they tell; of more, as a folder or an archive holds, only those that tell something. */
const LISTED = 20;

/** Whether a document among so many is to be listed. @param {Read | undefined} doc @param {number} all */
export function isListed(doc, all) {
  return all <= LISTED || told(doc);
}

/** Names what told nothing beside what did; where nothing did, the answer says so. @param {import('./types.js').Report} report */
export function silent({ documents }) {
  const rest = documents.filter((doc) => !told(doc)).map((doc) => doc.name);
  return rest.length > 0 && rest.length < documents.length ? WORDS.toldNothing(documentsNamed(rest)) : '';
}

/** What kind of text it is, and of which programs. @param {Read} doc */
export function recognised({ format, kind, order, hosts, software }) {
  const programs = software.map(({ name, versions }) => `${name} ${versions}`.trim()).join(', ');
  const machines = hosts.length > 1 ? plural(hosts.length, 'host') : '';
  return [format, order && kind === 'log' ? ORDER[order] : '', machines, programs].filter(Boolean).join(', ');
}

/** From when to when it tells. One moment is told once, and so is one day. @param {Read} doc */
export function covered(doc) {
  const [first, last] = [second(doc.first), second(doc.last)];
  if (!first) return WORDS.noTimes;
  const day = last.slice(0, Math.max(0, last.search(/\d\d:\d\d:\d\d/)));
  return first === last ? first : `${first} \u2013 ${first.startsWith(day) ? last.slice(day.length) : last}`;
}

/** A stamp as written, but for what is less than a second. @param {string | null | undefined} stamp */
function second(stamp) {
  return (stamp ?? '').replace(/(:\d\d)[.,]\d+/, '$1');
}
