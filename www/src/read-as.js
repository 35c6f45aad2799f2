// What the report says of a document.

import { documentsNamed, WORDS } from './strings.js';

/** @typedef {import('./types.js').State} State */

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
 * @param {import('./types.js').Report['documents'][number]} doc
 */
export function understood(doc) {
  return doc.recognised && doc.recognised + doc.foreign;
}

/** Whether it tells anything of etcd or fleet. @param {import('./types.js').Report['documents'][number]} doc */
export function told(doc) {
  return doc.kind === 'configuration' || understood(doc) > 0;
}

/** Names what told nothing beside what did; where nothing did, the answer says so. @param {import('./types.js').Report} report */
export function silent({ documents }) {
  const rest = documents.filter((doc) => !told(doc)).map((doc) => doc.name);
  return rest.length > 0 && rest.length < documents.length ? WORDS.toldNothing(documentsNamed(rest)) : '';
}
