// What other values would do: two sliders and the assumptions, beside the trade-off curve.

import { columns, h, section, unbroken } from './dom.js';
import { ASSUMPTIONS, WHATIF, WORDS } from './strings.js';
import { curve, scaleOf, seconds, twin } from './trade-off.js';

/** @typedef {NonNullable<import('./types.js').Report['model']>} Model */
/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Actions} Actions */

const SLIDERS = [
  { id: 'failoverBudgetMs', label: 'Failover budget', min: 1000, max: 20000, step: 500, start: 5000 },
  { id: 'stallMs', label: 'Stall to survive', min: 0, max: 10000, step: 100, start: 0 },
];

/** Made once and kept: a slider that is drawn anew slips out of the hand. */
export class WhatIf {
  #actions;
  #picture = h('div');
  #assumptions = h('div');
  #remark = h('span');
  // On a phone it would push what follows a screen away.
  #fold = h(
    'details',
    { class: 'twin', open: innerWidth > 760 },
    h('summary', null, WHATIF.assumptions),
    this.#assumptions,
  );
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
   * @param {import('./types.js').Report | undefined} report
   * @param {State} state
   * @param {boolean} told whether what the pairs cost stands above already
   */
  render(report, state, told) {
    const model = report?.model;
    this.element.hidden = !model;
    if (!model) return;
    const drawn = model.points.length > 1 && scaleOf(model) !== undefined;
    // Without a picture beside them they are not the first thing to look at.
    if (drawn !== this.#drawn) this.#fold.open = drawn;
    this.#drawn = drawn;
    this.#picture.replaceChildren(
      drawn
        ? curve(model, sliderValue(SLIDERS[0], model, state))
        : h('p', null, `${WHATIF.noStall} ${told ? '' : WHATIF.tableShows}`),
      drawn || !told ? twin(model, drawn) : '',
      h('p', { class: 'q s after' }, WHATIF.model, model.article && ` ${WHATIF.article}`),
    );
    // An answer that came in a link has nothing to be planned anew from.
    const fixed = state.documents.length === 0;
    this.#remark.textContent = fixed ? WHATIF.fixed : WHATIF.remark;
    for (const row of this.#sliders) row.update(model, state, fixed);
    this.#assumptions.replaceChildren(assumptionTable(model, state, this.#actions, fixed));
  }
}

/**
 * @param {typeof SLIDERS[number]} slider
 * @param {Actions} actions
 */
function sliderRow(slider, actions) {
  const { id, label, min, max, step } = slider;
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
    tell(Number(input.value));
    actions.assume(id, Number(input.value) || undefined);
  }

  /** @param {number} value */
  function tell(value) {
    output.textContent = value === 0 ? WHATIF.none : seconds(value);
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
    const value = sliderValue(slider, model, state);
    input.value = String(value);
    tell(value);
  }
}

/**
 * @param {typeof SLIDERS[number]} slider
 * @param {Model} model
 * @param {State} state
 */
function sliderValue({ id, min, max, start }, model, state) {
  const given = Number(state.assumptions[id] ?? NaN);
  const found = model.assumptions.find((each) => each.id === id);
  const told = given || milliseconds(found?.value) || start;
  return Math.min(max, Math.max(min, told));
}

/** Reads `5 s`, `1500 ms` or a plain number of milliseconds. @param {string | undefined} text */
function milliseconds(text) {
  const parts = /(\d+(?:\.\d+)?)\s*(ms|s)?/.exec(text ?? '');
  if (!parts) return 0;
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
    { class: 'asm' },
    columns('Assumption', 'Value', 'Where from'),
    h(
      'tbody',
      null,
      ASSUMPTIONS.filter((each) => !each.fleet || fleet).map(({ id, label, number }) => {
        const found = known(id);
        const given = state.assumptions[id];
        const change = (/** @type {any} */ event) => actions.assume(id, parse(event.target.value, number));
        const shown = given ?? (number ? (/[\d.]+/.exec(found?.value ?? '')?.[0] ?? '') : (found?.value ?? ''));
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
          h('td', { class: 's q' }, given === undefined ? (found?.from ?? 'not known') : 'stated by you'),
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
 * @param {string} text
 * @param {boolean} number
 */
function parse(text, number) {
  const value = text.trim();
  if (value === '') return undefined;
  if (!number) return value;
  return Number(value) > 0 ? Number(value) : undefined;
}
