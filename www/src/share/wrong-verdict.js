// "This answer is wrong": what the reader says it should have been, with the redacted texts, as one file.
// The file is a case: put into tests/cases/reported/, a test walks it.

import { h, icon } from '../dom.js';
import { TIMING, WRONG } from '../strings.js';
import { redact } from './redact.js';

/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').State} State */

/**
 * @typedef {object} Said
 * @property {string[]} notExpected   ids of findings that should not be there
 * @property {string[]} findingsExpected   ids of findings that are missing
 * @property {string} timing   as the verdict should have it; '' where it is right
 * @property {string} about   in the reader's words
 */

/**
 * @param {Report} report
 * @param {{ name: string, text: string }[]} documents
 * @param {import('../types.js').Assumptions} assumptions
 * @param {Said} said
 */
function caseOf(report, documents, assumptions, said) {
  const hosts = report.documents.flatMap((doc) => doc.hosts);
  const [words, ...texts] = redact([{ name: '', text: said.about }, ...documents], hosts).documents;
  return {
    about: words.text,
    findingsExpected: said.findingsExpected,
    notExpected: said.notExpected,
    timing: said.timing || report.verdict.timing,
    answered: { timing: report.verdict.timing, findings: report.findings.map(({ id }) => id) },
    assumptions,
    // Line by line, so that a change of the file reads well; joined by line feeds they are the text.
    documents: texts.map(({ name, text }) => ({ name, lines: text.split('\n') })),
  };
}

/**
 * A form that is made once: what was typed stays while the answer is worked out anew, until none of the texts that it
 * was about is left.
 */
export class WrongVerdict {
  #actions;
  #findings = h('fieldset', null);
  #missing = h('input', { id: 'wrong-missing', autocomplete: 'off', spellcheck: 'false' });
  #timing = h(
    'select',
    { id: 'wrong-timing' },
    h('option', { value: '' }, WRONG.right),
    Object.entries(TIMING).map(([value, { words }]) => h('option', { value }, words)),
  );
  #about = h('textarea', { id: 'wrong-about', rows: 3 });
  #note = h('p', { class: 's', id: 'wrong-note' });
  /** Keys of the documents that it is about. @type {Set<number>} */
  #keys = new Set();
  /** @type {Report | undefined} */
  #report;
  /** @type {State | undefined} */
  #state;

  /** @param {import('../types.js').Actions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.element = h(
      'details',
      { id: 'wrong', class: 'wrong' },
      h('summary', null, WRONG.title),
      h(
        'div',
        { class: 'form' },
        h('p', { class: 's' }, WRONG.what),
        this.#findings,
        h('label', { for: 'wrong-missing' }, WRONG.missing),
        this.#missing,
        h('label', { for: 'wrong-timing' }, WRONG.timing),
        this.#timing,
        h('label', { for: 'wrong-about' }, WRONG.about),
        this.#about,
        h('p', { class: 's' }, icon('info'), ' ', WRONG.look),
        h('button', { type: 'button', id: 'wrong-save', onclick: () => this.#save() }, WRONG.save),
        this.#note,
      ),
    );
  }

  /** @param {Report} report @param {State} state */
  render(report, state) {
    this.#state = state;
    if (report === this.#report) return;
    this.#report = report;
    if (!state.reported.some(({ key }) => this.#keys.has(key))) this.#reset();
    this.#keys = new Set(state.reported.map(({ key }) => key));
    const ticked = new Set(this.#ticked());
    this.#findings.replaceChildren(
      h('legend', null, WRONG.findings),
      ...report.findings.map(({ id, title }) =>
        h(
          'label',
          { class: 'tick' },
          h('input', { type: 'checkbox', value: id, checked: ticked.has(id) }),
          h('span', null, title),
        ),
      ),
    );
    this.#findings.hidden = report.findings.length === 0;
  }

  #reset() {
    this.#findings.replaceChildren();
    this.#missing.value = this.#timing.value = this.#about.value = '';
    this.#note.textContent = '';
  }

  #ticked() {
    return [...this.#findings.querySelectorAll('input')].filter((each) => each.checked).map((each) => each.value);
  }

  #save() {
    if (!this.#report || !this.#state) return;
    const held = this.#state.reported.filter((doc) => doc.text !== undefined);
    if (held.length === 0) return this.#say(WRONG.notHeld);
    const ids = this.#missing.value.split(/[\s,;]+/).filter(Boolean);
    const odd = ids.find((id) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(id));
    if (odd) {
      this.#missing.focus();
      return this.#say(`${odd} ${WRONG.noId}`);
    }
    const said = {
      notExpected: this.#ticked(),
      findingsExpected: ids,
      timing: this.#timing.value,
      about: this.#about.value.trim(),
    };
    if (said.notExpected.length + ids.length === 0 && !said.timing) return this.#say(WRONG.nothingSaid);
    const documents = held.map(({ name, text }) => ({ name, text: text ?? '' }));
    const made = caseOf(this.#report, documents, this.#state.assumptions, said);
    const name = `${ids[0] ?? said.notExpected[0] ?? said.timing}.json`;
    this.#actions.download(name, `${JSON.stringify(made, null, 2)}\n`, 'application/json');
    this.#say(WRONG.saved(name));
  }

  /** @param {string} words */
  #say(words) {
    this.#note.textContent = words;
    this.#actions.say(words);
  }
}
