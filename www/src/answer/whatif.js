// What other values would do: two sliders and the assumptions, beside the trade-off curve.

import { columns, h, section, unbroken } from '../dom.js';
import { ASSUMPTIONS, WHATIF, WORDS } from '../strings.js';
import { curve } from './curve.js';
import { scaleOf, seconds, twin } from './trade-off.js';

/** @typedef {NonNullable<import('../types.js').Report['model']>} Model */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Actions} Actions */

/** `none`: where a slider reads none. A limit of none is one that nobody states; a stall of none is stated as 0 ms. */
const SLIDERS = [
  { id: 'failoverBudgetMs', label: WHATIF.budget, min: 1000, max: 20500, step: 500, none: 20500, limit: true },
  { id: 'stallMs', label: WHATIF.stall, min: 0, max: 10000, step: 100, none: 0, limit: false },
];

/** On a phone the assumptions would push what follows a screen away. */
const hasRoom = () => innerWidth > 760;

/** Made once and kept: a slider that is drawn anew slips out of the hand. */
export class WhatIf {
  #actions;
  #picture = h('div');
  #assumptions = h('div');
  #remark = h('span');
  #title = h('summary');
  #fold = h('details', { class: 'twin', open: hasRoom() }, this.#title, this.#assumptions);
  #drawn = true;
  #sliders;
  element;

  /** @param {Actions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#sliders = SLIDERS.map((slider) => sliderRow(slider, actions));
    this.element = section(
      'whatif',
      WORDS.whatIf,
      this.#remark,
      h(
        'div',
        { class: 'two' },
        this.#picture,
        h(
          'div',
          null,
          this.#sliders.map((row) => row.element),
          this.#fold,
        ),
      ),
    );
    this.element.hidden = true;
  }

  /**
   * @param {import('../types.js').Report | undefined} report
   * @param {State} state
   * @param {boolean} told whether what the pairs cost stands above already
   */
  render(report, state, told) {
    const model = report?.model;
    this.element.hidden = !model;
    if (!model) return;
    const drawn = model.points.length > 1 && scaleOf(model) !== undefined;
    // Without a picture beside them they are not the first thing to look at.
    if (drawn !== this.#drawn) this.#fold.open = drawn && hasRoom();
    this.#drawn = drawn;
    this.#picture.replaceChildren(
      drawn
        ? curve(model, stated(SLIDERS[0], model, state))
        : h('p', null, `${WHATIF.noStall(Boolean(stated(SLIDERS[1], model, state)))} ${told ? '' : WHATIF.tableShows}`),
      drawn || !told ? twin(model, drawn) : '',
      h('p', { class: 'q s after' }, drawn && `${WHATIF.lines} `, WHATIF.model, model.article && ` ${WHATIF.article}`),
    );
    // An answer that came in a link has nothing to be planned anew from.
    const fixed = state.documents.length === 0;
    this.#remark.textContent = fixed ? WHATIF.fixed : WHATIF.remark;
    this.#title.textContent = fixed ? WHATIF.assumed : WHATIF.assumptions;
    for (const row of this.#sliders) row.update(model, state, fixed);
    this.#assumptions.replaceChildren(assumptionTable(model, state, this.#actions, fixed));
  }
}

/**
 * @param {typeof SLIDERS[number]} slider
 * @param {Actions} actions
 */
function sliderRow(slider, actions) {
  const { id, label, min, max, step, none, limit } = slider;
  // The slider itself tells its value as a text.
  const output = h('output', { for: id, 'aria-live': 'off' });
  const undo = h(
    'button',
    {
      type: 'button',
      class: 'link s',
      'aria-label': `${label}: ${WHATIF.undo}`,
      onclick: () => {
        actions.assume(id, undefined);
        input.focus();
      },
    },
    WHATIF.undo,
  );
  const input = h('input', { id, type: 'range', min, max, step, oninput: () => moved() });
  const element = h(
    'div',
    { class: 'rng' },
    h('div', { class: 'rl' }, h('label', { for: id }, label), h('span', null, undo, ' ', output)),
    input,
  );
  return { element, update };

  function moved() {
    const value = Number(input.value);
    tell(value);
    actions.assume(id, limit && value === none ? undefined : value);
  }

  /** @param {number} value */
  function tell(value) {
    output.textContent = value === none ? WHATIF.none : seconds(value);
    input.setAttribute('aria-valuetext', output.textContent);
  }

  /**
   * @param {Model} model
   * @param {State} state
   * @param {boolean} fixed
   */
  function update(model, state, fixed) {
    undo.hidden = state.assumptions[id] === undefined;
    input.disabled = fixed;
    // The hand on the slider is ahead of the answer.
    if (input.matches(':active')) return;
    const value = stated(slider, model, state) ?? none;
    input.value = String(value);
    tell(value);
  }
}

/**
 * What the reader said, or else what the report knows; nothing where neither does.
 *
 * @param {typeof SLIDERS[number]} slider
 * @param {Model} model
 * @param {State} state
 */
function stated({ id, min, max }, model, state) {
  const found = model.assumptions.find((each) => each.id === id);
  const told = state.assumptions[id] ?? milliseconds(found?.value);
  return told === undefined ? undefined : Math.min(max, Math.max(min, Number(told)));
}

/** Reads `5 s`, `1500 ms` or a plain number of milliseconds. @param {string | undefined} text */
function milliseconds(text) {
  const parts = /(\d+(?:\.\d+)?)\s*(ms|s)?/.exec(text ?? '');
  if (!parts) return undefined;
  return Number(parts[1]) * (parts[2] === 's' ? 1000 : 1);
}

/**
 * @param {Model} model
 * @param {State} state
 * @param {Actions} actions
 * @param {boolean} fixed
 */
function assumptionTable(model, state, actions, fixed) {
  const editable = new Set([...ASSUMPTIONS, ...SLIDERS].map((each) => each.id));
  const others = model.assumptions.filter((each) => !editable.has(each.id));
  const known = (/** @type {string} */ id) =>
    model.assumptions.find((each) => each.id === id && each.value !== 'unknown');
  const fleet = ASSUMPTIONS.some(({ id, fleet }) => fleet && (known(id) || state.assumptions[id] !== undefined));
  return h(
    'table',
    { class: 'asm', 'aria-label': WHATIF.assumed },
    columns(...WHATIF.columns),
    h(
      'tbody',
      null,
      ASSUMPTIONS.filter((each) => !each.fleet || fleet).map(({ id, label, is }) => {
        const number = is !== 'version';
        const found = known(id);
        const given = state.assumptions[id];
        const shown = given ?? (number ? (/[\d.]+/.exec(found?.value ?? '')?.[0] ?? '') : (found?.value ?? ''));
        const from = h('td', { class: 's q' }, given === undefined ? (found?.from ?? WHATIF.notKnown) : WHATIF.stated);
        const change = (/** @type {any} */ { target }) => {
          const value = parse(target.value, is);
          if (value !== null) return actions.assume(id, value);
          target.value = String(shown);
          from.textContent = WHATIF.refused[is];
          actions.say(WHATIF.refused[is]);
        };
        return h(
          'tr',
          null,
          h('th', { scope: 'row' }, h('label', { for: `as-${id}` }, label)),
          h(
            'td',
            null,
            h('input', {
              id: `as-${id}`,
              class: number ? '' : 'wide-field',
              value: String(shown),
              inputmode: number ? 'decimal' : undefined,
              size: 8,
              autocomplete: 'off',
              disabled: fixed,
              onchange: change,
            }),
          ),
          from,
        );
      }),
      others.map((each) =>
        h(
          'tr',
          null,
          h('th', { scope: 'row' }, each.label),
          h('td', { class: 'num' }, unbroken(each.value)),
          h('td', { class: 's q' }, each.from),
        ),
      ),
    ),
  );
}

/**
 * Nothing where the field was emptied, `null` for what it cannot be.
 *
 * @param {string} text
 * @param {keyof typeof WHATIF.refused} is
 */
function parse(text, is) {
  const value = text.trim();
  if (value === '') return undefined;
  if (is === 'version') return /^v?\d+\.\d+/.test(value) ? value : null;
  const number = Number(value);
  return number > 0 && number <= 1e6 && (is === 'time' || Number.isInteger(number)) ? number : null;
}
