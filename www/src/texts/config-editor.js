// The configuration, with marks in place and fixes: in CodeMirror, or in a plain text field.

import { h, lineHeight } from '../dom.js';
import { readAs } from '../read-as.js';
import { plural, SOURCE, WORDS } from '../strings.js';
import { asGiven, editsLeft, marksLeft, marksOfChanges } from './fixes.js';
import {
  changeBetween,
  editsOf,
  isConfiguration,
  keepLineEnds,
  lineFeeds,
  markRow,
  marksOf,
  saidOnce,
  uncapitalised,
} from './marks.js';

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {import('./marks.js').Mark} Mark */

/** @returns {Promise<typeof import('./editor.js')>} */
export const loadEditor = () => import('./editor.js');

/** Resolves after the next frame. A page that nobody sees draws none. */
const painted = () =>
  new Promise((done) => (document.hidden ? done(undefined) : requestAnimationFrame(() => setTimeout(done))));

/** @type {Record<string, 'undo' | 'redo'>} What a browser calls them, as in its menu. */
const STEPS = { historyUndo: 'undo', historyRedo: 'redo' };

/** @param {KeyboardEvent} event */
function stepOfKey({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (!(ctrlKey || metaKey) || altKey) return undefined;
  if (key.toLowerCase() === 'z') return shiftKey ? 'redo' : 'undo';
  return key === 'y' ? 'redo' : undefined;
}

/** Made once and kept: a field that is drawn anew loses its cursor and what can be undone. */
export class ConfigEditor {
  #actions;
  /** @type {import('./editor.js').CodeEditor | undefined} */
  #editor;
  #loading = false;
  /** @type {Doc | undefined} the text in the editor */
  #doc;
  /** The text as the field first had it. */
  #began = '';
  /** @type {Doc | undefined} the text the marks speak of */
  #marked;
  /** @type {number | undefined} a line to go to as soon as there is an editor */
  #line;
  #plain = false;
  /** @type {[State, number] | undefined} what was drawn last */
  #drawn;

  #title = h('h2', { id: 'config-title', tabindex: -1, translate: 'no' });
  #count = h('span', { class: 'q s' });
  #choice = h('select', { id: 'config-choice', 'aria-label': WORDS.whichConfiguration });
  #all = h('button', { type: 'button', id: 'fix-all' });
  // What F8 does, for whoever has no such key.
  #next = h('button', { type: 'button', id: 'next-mark', onclick: () => this.#editor?.next() }, WORDS.nextMark);
  #keys = h('span', { id: 'config-keys', class: 'keys' }, WORDS.editorKeys);
  #field = h('textarea', { id: 'config-plain', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' });
  #host = h('div', { class: 'editor' });
  #list = h('div', { class: 'mark-list' });
  #about = h('span', { class: 's q' });
  #copy = h(
    'button',
    { type: 'button', id: 'copy-text', onclick: (/** @type {any} */ event) => this.#copied(event) },
    WORDS.copyText,
  );
  #switch = h('input', { type: 'checkbox', id: 'config-switch' });
  #first = false;
  #fold = h(
    'details',
    null,
    h('summary', { class: 'hd', id: 'config-fold' }, this.#title, this.#count),
    h(
      'div',
      { class: 'src' },
      h(
        'div',
        { class: 'cap' },
        this.#choice,
        this.#next,
        this.#keys,
        h('label', { class: 'check' }, this.#switch, WORDS.plainEditor),
      ),
      this.#host,
      this.#field,
      h('div', { class: 'foot' }, this.#all, this.#copy, this.#about),
    ),
    this.#list,
  );
  element = h('section', { class: 'config', id: 'config', 'aria-labelledby': 'config-title' }, this.#fold);

  /** @param {Actions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#field.addEventListener('input', () => {
      // At once: what is undone next is this.
      this.#editor?.setText(this.#field.value, false, true);
      this.#edited(this.#field.value);
    });
    this.#field.addEventListener('keydown', (event) => this.#backOn(event, stepOfKey(event)));
    this.#field.addEventListener('beforeinput', (event) => this.#backOn(event, STEPS[event.inputType]));
    this.#switch.addEventListener('change', () => actions.plain(this.#switch.checked));
    this.#fold.addEventListener('toggle', () => {
      // An open fold tells so when it is made, too: the editor waits for a text.
      if (this.#doc && this.#fold.open && !this.#switch.checked) this.#load(this.#title.textContent ?? '');
    });
  }

  /** It stands open where it leads, folded where logs have more to say. @param {boolean} first */
  lead(first) {
    if (first !== this.#first) this.#fold.open = first;
    this.#first = first;
    // Among the input it is one part of a section, beside those that follow.
    this.#title.ariaLevel = first ? '2' : '3';
  }

  /** @param {State} state @param {number} draft key of the text in the box, which is edited there */
  render(state, draft) {
    this.#drawn = [state, draft];
    // What is written in here stays, also emptied to make room for another text: the hand is not done with it.
    const stays = (/** @type {Doc} */ each) => each.key === this.#doc?.key || isConfiguration(state, each);
    const all = state.documents.filter((doc) => doc.key !== draft && stays(doc));
    const doc = all.find((each) => each.key === state.editing) ?? all[0];
    this.element.hidden = doc === undefined;
    this.#plain = state.plain || !this.#editor;
    if (doc?.text === undefined) return;
    const { text } = doc;
    const read = readAs(state, doc.key);
    const name = doc.name || read?.name || '';
    const marked = state.reported.find((each) => each.key === doc.key);
    const { text: given = '' } = asGiven(doc);
    const fresh = read && state.report && marked?.text === given;

    const other = doc.key !== this.#doc?.key;
    this.#doc = doc;
    if (other) this.#began = text;
    this.#title.textContent = name;
    const logs = state.report?.documents.some((each) => each.kind === 'log');
    this.#about.textContent = logs ? WORDS.editedBeside : WORDS.editedHere;
    this.#choose(all, state);
    this.#field.setAttribute('aria-label', name);
    if (other || keepLineEnds(text, this.#field.value) !== text) this.#field.value = lineFeeds(text);
    this.#field.rows = Math.min(30, text.split('\n').length + 1);
    this.#switch.checked = state.plain;
    this.#host.hidden = this.#plain;
    this.#field.hidden = !this.#plain;
    this.#list.hidden = !this.#plain;
    this.#next.hidden = this.#keys.hidden = this.#plain;
    this.#editor?.setText(text, other);
    if (fresh && state.report)
      this.#mark(
        doc,
        saidOnce(
          [...marksLeft(doc, marksOf(state.report, read.id, given)), ...marksOfChanges(doc, state)].sort(
            (a, b) => a.from - b.from,
          ),
        ),
        editsLeft(doc, editsOf(state.report, read.id, given)),
      );
    if (!state.plain && this.#fold.open) this.#load(name);
  }

  /** @param {number} line */
  goTo(line) {
    this.#line = line;
    this.#fold.open = true;
    if (this.#plain) {
      const before = this.#field.value
        .split('\n')
        .slice(0, line - 1)
        .join('\n');
      const at = before.length + (line > 1 ? 1 : 0);
      this.#field.focus();
      this.#field.setSelectionRange(at, at + (this.#field.value.slice(at).split('\n')[0]?.length ?? 0));
      this.#field.scrollTop = (line - 5) * lineHeight(this.#field);
    } else this.#editor?.goTo(line);
    if (this.#editor) this.#line = undefined;
  }

  get focused() {
    return this.#editor?.hasFocus || this.element.matches(':focus-within');
  }

  /** @param {string} name */
  async #load(name) {
    if (this.#editor || this.#loading) return;
    this.#loading = true;
    try {
      const { CodeEditor } = await loadEditor();
      // The answer is seen first.
      await painted();
      if (!this.element.isConnected || this.#doc?.text === undefined) return;
      this.#editor = new CodeEditor(this.#host, WORDS.configuration, {
        edited: (text) => {
          this.#toField(text);
          this.#edited(text);
        },
        fix: (mark) => this.#fix(mark),
        say: (text) => this.#actions.say(text),
      });
      // As its beginning: to undo must not empty it. What was typed meanwhile is a step.
      this.#editor.setText(this.#began, true);
      this.#editor.setText(this.#doc.text, false);
      const typing = this.#field.matches(':focus');
      if (this.#drawn) this.render(...this.#drawn);
      if (typing) this.#editor.focus();
      if (this.#line) this.goTo(this.#line);
    } catch {
      // The plain field stays.
      this.#actions.say(`${WORDS.noEditor} ${name}`);
    } finally {
      this.#loading = false;
    }
  }

  /**
   * @param {Doc} doc
   * @param {Mark[]} marks
   * @param {import('./marks.js').Edit[]} edits
   */
  #mark(doc, marks, edits) {
    this.#marked = doc;
    const count = marks.length === 0 ? WORDS.noMarks : plural(marks.length, 'mark');
    this.#count.textContent = `${count} \u00b7 ${WORDS.editInPlace}`;
    this.#all.hidden = edits.length === 0;
    this.#next.disabled = marks.length === 0;
    this.#all.textContent = edits.length === 1 ? WORDS.fixOne : `${WORDS.fixAll} (${edits.length})`;
    this.#all.onclick = () => {
      this.#apply(edits, WORDS.fixedAll);
      // The button goes, and the text is shorter by its marks.
      this.#title.scrollIntoView({ block: 'nearest' });
    };
    this.#editor?.setMarks(marks, doc.text ?? '');
    this.#list.replaceChildren(...marks.map((mark) => markRow(mark, () => this.#fix(mark))));
  }

  /** @param {Event} event */
  #copied(event) {
    if (this.#doc?.text !== undefined) this.#actions.copy(this.#doc.text, WORDS.textCopied, event);
  }

  /** @param {Mark} mark */
  #fix(mark) {
    if (!mark.fix || !mark.label) return;
    // All that its button told, which may be at two lines.
    this.#apply(mark.fix, `${SOURCE.line} ${mark.line}: ${uncapitalised(mark.label)}. ${WORDS.done}`);
  }

  /**
   * @param {import('./marks.js').Edit[]} edits
   * @param {string} done
   */
  #apply(edits, done) {
    const doc = this.#doc;
    // The marks of an older text would hit the wrong place.
    if (!doc?.text || this.#marked?.text !== doc.text) return;
    this.#actions.fix(doc.key, edits);
    // At once: what is typed or undone next is this text.
    if (this.#drawn) this.render(...this.#drawn);
    this.#actions.say(done);
    if (this.#plain) this.#field.focus();
    else this.#editor?.focus();
  }

  /** @param {string} text with line feeds alone */
  #edited(text) {
    if (!this.#doc) return;
    const doc = { ...this.#doc, text: keepLineEnds(this.#doc.text ?? '', text) };
    this.#doc = doc;
    this.#actions.edit(doc.key, doc.text);
  }

  /**
   * The field and the editor share one past. Where there is no editor, the browser keeps the field's.
   *
   * @param {Event} event
   * @param {'undo' | 'redo' | undefined} step
   */
  #backOn(event, step) {
    if (!step || !this.#editor) return;
    event.preventDefault();
    this.#editor[step]();
  }

  /** Shows a text of the editor in the field, with the cursor behind what changed. @param {string} text */
  #toField(text) {
    const { from, text: put } = changeBetween(this.#field.value, text);
    this.#field.value = text;
    if (this.#plain) this.#field.setSelectionRange(from + put.length, from + put.length);
  }

  /** @param {Doc[]} all @param {State} state */
  #choose(all, state) {
    this.#choice.hidden = all.length < 2;
    this.#choice.replaceChildren(
      ...all.map((doc) => {
        const name = doc.name || readAs(state, doc.key)?.name;
        return h('option', { value: doc.key, selected: doc.key === this.#doc?.key }, name);
      }),
    );
    this.#choice.onchange = () => {
      state.editing = Number(this.#choice.value);
      this.#actions.plain(state.plain);
    };
  }
}
