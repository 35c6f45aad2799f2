// The bar: name, sections, export, share, theme.

import { h, svg } from './dom.js';
import { exportList } from './share/export.js';
import { sharePanel } from './share/share-panel.js';
import { THEMES, WORDS } from './strings.js';

/** @typedef {import('./types.js').Report} Report */
/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Actions} Actions */

export function brand() {
  return h(
    'span',
    { class: 'brand' },
    svg(
      'svg',
      { width: 24, height: 18, viewBox: '0 0 24 18', 'aria-hidden': 'true' },
      svg('path', { d: 'M2 2v14M7 2v14M12 2v14M22 2v14M17 13v3', stroke: 'currentColor', 'stroke-width': 2.2 }),
    ),
    WORDS.title,
  );
}

/** @param {string} now @param {(value: string) => void} choose */
export function themeChoice(now, choose) {
  return h(
    'select',
    { id: 'theme', 'aria-label': WORDS.colours, onchange: (/** @type {any} */ event) => choose(event.target.value) },
    THEMES.map(([value, text]) => h('option', { value, selected: value === now }, text)),
  );
}

/** @param {(() => void) | undefined} run what to do, and skip to */
export function skipLink(run) {
  return h(
    'a',
    {
      class: 'skip',
      href: '#',
      onclick: (/** @type {Event} */ event) => {
        event.preventDefault();
        run?.();
      },
    },
    WORDS.skip,
  );
}

/**
 * Export and share: folded lists under their buttons. Esc closes them, and so does the next press elsewhere.
 *
 * @param {Report} report
 * @param {State} state
 * @param {Actions} actions
 */
export function menus(report, state, actions) {
  return [
    menu('export', WORDS.export, () => exportList(report, state, actions)),
    ...(state.shared && !state.shared.documents
      ? []
      : [menu('share', WORDS.share, () => sharePanel(report, state, actions))]),
  ];
}

/**
 * @param {string} id
 * @param {string} title
 * @param {() => Node} content made when the menu opens
 */
function menu(id, title, content) {
  const place = h('div', { class: 'sheet' });
  const fold = h(
    'details',
    {
      class: 'menu',
      id,
      name: 'menu',
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Escape' || !fold.open) return;
        fold.open = false;
        fold.querySelector('summary')?.focus();
      },
      ontoggle: () => {
        if (fold.open && !place.firstChild) place.replaceChildren(content());
      },
    },
    h('summary', null, title),
    place,
  );
  return fold;
}

/** A press elsewhere closes an open menu. @param {ShadowRoot} root */
export function closeMenus(root) {
  root.addEventListener('pointerdown', (event) => {
    for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (root.querySelectorAll('.menu[open]')))
      if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
}
