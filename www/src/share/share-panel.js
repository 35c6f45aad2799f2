// Sharing: what the link carries, said before it is made.

import { h, icon } from '../dom.js';
import { grouped, isUnnamed, plural, SHARE } from '../strings.js';
import { readAs, told } from '../read-as.js';
import { asGiven } from '../texts/fixes.js';
import { hostsOf, redact, redactor } from './redact.js';
import { factsOf, LONGEST_LINK, toLink } from './share.js';

/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Actions} Actions */

/**
 * @param {Report} report
 * @param {State} state
 * @param {Actions} actions
 */
export function sharePanel(report, state, actions) {
  const names = report.documents.flatMap((doc) => doc.hosts);
  const link = h('p', { class: 's' });
  const share = async (/** @type {import('./share.js').Shared} */ shared) => {
    const fragment = await toLink(shared);
    if (fragment.length > LONGEST_LINK) {
      link.textContent = SHARE.tooLong(fragment.length);
      return actions.say(link.textContent);
    }
    const address = location.href.replace(/#.*$/, '') + fragment;
    const said = await actions.copy(address, SHARE.copied);
    // What the browser does not copy is there to be copied by hand.
    const more = said === SHARE.copied ? `${grouped(address.length)} ${SHARE.letters}` : address;
    link.textContent = `${said} ${more}`;
  };
  // What told nothing need not travel, least of all an archive that no pattern looks into.
  const telling = (/** @type {import('../types.js').Doc} */ doc) => {
    const read = readAs(state, doc.key);
    return doc.text !== undefined && read !== undefined && told(read);
  };
  const texts = state.documents.filter(telling).map(asGiven);
  return h(
    'div',
    { class: 'sharing' },
    h('h2', null, SHARE.title),
    h('p', { class: 's' }, SHARE.carries),
    h('p', { class: 's' }, SHARE.leaves),
    h(
      'button',
      {
        type: 'button',
        class: 'pri',
        id: 'share-link',
        onclick: () => share(factsOf(report, sentences(report))),
      },
      SHARE.copy,
    ),
    texts.length > 0 &&
      h(
        'details',
        { id: 'share-texts' },
        h('summary', null, SHARE.withTexts),
        preview(texts, names, (documents) => share({ documents, assumptions: state.assumptions })),
      ),
    link,
  );
}

/**
 * What would travel with the texts, for the reader to look at first.
 *
 * @param {import('../types.js').Doc[]} texts
 * @param {string[]} names of machines
 * @param {(documents: import('./share.js').Shared['documents']) => void} share
 */
function preview(texts, names, share) {
  const given = texts.map((doc) => ({ name: doc.name, text: doc.text ?? '' }));
  const { documents, replaced } = redact(given, names);
  const what = replaced.map(({ kind, count }) => `${kind} (${count})`).join(', ');
  return h(
    'div',
    null,
    h('p', { class: 's' }, what ? `${SHARE.replaced} ${what}. ` : `${SHARE.nothingReplaced} `, SHARE.look),
    documents.map(({ name, text }) => [
      h('p', { class: 's' }, name),
      h('pre', { class: 'plain', tabindex: 0, role: 'group', 'aria-label': `${SHARE.preview} ${name}` }, shown(text)),
    ]),
    h('button', { type: 'button', id: 'share-with-texts', onclick: () => share(documents) }, SHARE.copyWithTexts),
  );
}

/** Takes the names of machines and files out of the report's sentences. @param {Report} report */
function sentences({ documents, ...report }) {
  const hosts = [...documents.flatMap((doc) => doc.hosts), ...hostsOf(JSON.stringify(report))];
  // A file called like a program: its name would be missed in every sentence about that.
  const files = documents.map((doc) => doc.name).filter((name) => !isUnnamed(name) && !/^(etcd2?|fleetd?)$/.test(name));
  return redactor(hosts, files).clean;
}

const SHOWN = 20_000;

/** @param {string} text */
function shown(text) {
  if (text.length <= SHOWN) return text;
  return `${text.slice(0, SHOWN)}\n\u2026 ${plural(text.length - SHOWN, 'more character')} ${SHARE.tooLongToShow}`;
}

/**
 * Says of an answer that it came in a link.
 *
 * @param {import('./share.js').Shared} shared
 * @param {Actions} actions
 */
export function sharedNotice(shared, actions) {
  return h(
    'p',
    { class: 'shared' },
    icon('info'),
    h('span', null, shared.documents ? SHARE.cameTexts : SHARE.came),
    h('button', { type: 'button', class: 'link', onclick: () => actions.clear() }, SHARE.own),
  );
}
