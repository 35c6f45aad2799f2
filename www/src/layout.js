// The page's skeleton, and which part draws what. It holds no state of its own.

import { evidenceSection } from './answer/evidence.js';
import { limitsList } from './answer/limits.js';
import { errorBlock, progressBlock } from './answer/progress.js';
import { measureSection, questionsSection, rolloutSection } from './answer/rollout.js';
import { tellsAnyway, valuesSection } from './answer/values-section.js';
import { fixedNotice, readLine, unreadNotice, verdictBlock } from './answer/verdict.js';
import { WhatIf } from './answer/whatif.js';
import { brand, closeMenus, menus, skipLink, themeChoice } from './bar.js';
import { compactAnswer } from './compact.js';
import { h } from './dom.js';
import { listenForDrops, listenForPastes } from './input/drops.js';
import { documentTables } from './input/documents.js';
import { exampleList, pasteBox, privacyLine, undoNotice, whereToGetIt } from './input/input.js';
import { keepLetters } from './letters.js';
import { keepFocus } from './place.js';
import { sharedNotice } from './share/share-panel.js';
import { WrongVerdict } from './share/wrong-verdict.js';
import { notRead, WORDS } from './strings.js';
import { ConfigEditor } from './texts/config-editor.js';
import { fixedSoFar } from './texts/fixes.js';
import { sourceViewer } from './texts/source.js';

/** @typedef {import('./types.js').Report} Report */
/** @typedef {import('./advisor.js').Advisor} Advisor */

export class Layout {
  /** The verdict that is shown. */
  headline = '';
  #root;
  #host;
  #advisor;
  #editor;
  #progress;
  #whatIf;
  #wrong;
  /** @type {Record<string, HTMLElement>} */
  #parts = {};
  /** @type {ReturnType<typeof keepFocus> | undefined} leads to where the reader came from */
  #return;
  /** @type {ReturnType<typeof keepFocus> | undefined} leads to what had the focus when long work took the page */
  #before;
  /** @type {import('./texts/source.js').Viewer | undefined} */
  #viewer;

  /**
   * @param {ShadowRoot} root
   * @param {Advisor} advisor
   */
  constructor(root, advisor) {
    this.#root = root;
    this.#host = root.host;
    this.#advisor = advisor;
    this.#editor = new ConfigEditor(advisor.actions);
    this.#progress = progressBlock(advisor.actions);
    this.#whatIf = new WhatIf(advisor.actions);
    this.#wrong = new WrongVerdict(advisor.actions);
    this.#build();
  }

  // ---- drawing ------------------------------------------------------------------------------

  render() {
    const { state, actions, draft } = this.#advisor;
    const { report, documents, error, shared } = state;
    const parts = this.#parts;
    const answered = report !== undefined && (documents.length > 0 || shared !== undefined);
    const short = this.#host.hasAttribute('compact') && answered && !state.unfolded;
    this.headline = answered ? report.verdict.headline : '';
    this.#keepPlace(() => {
      const failed = error !== undefined && !state.working;
      const first = (documents.length === 0 && !shared) || draft !== 0 || !(answered || failed);
      parts.intro.hidden = !first;
      parts.ask.hidden = answered || failed;
      parts.where.hidden = parts.examples.hidden = answered || (failed && documents.length > 0);
      parts.examples.hidden ||= this.#host.getAttribute('examples') === 'none';
      parts.input.hidden = short || (documents.length === 0 && !shared);
      this.#placeBox(first ? 'First' : 'Last');
      const fixed = answered && fixedSoFar(state);
      const undoAtTop = answered && !short && state.removed?.atTop ? state.removed : undefined;
      fill(
        parts.read,
        answered &&
          !short && [
            shared && sharedNotice(shared, actions),
            undoAtTop && undoNotice(undoAtTop.said, actions),
            readLine(report, actions, state.inPart),
            [state.badLink ?? [], notRead(state.unread)].flat().map(unreadNotice),
            fixed && fixedNotice(fixed, actions),
          ],
      );
      fill(parts.verdict, answered && (short ? compactAnswer(report, actions) : verdictBlock(report)));
      fill(parts.results, answered && !short && this.#sections(report));
      this.#whatIf.render(answered && !short ? report : undefined, state, answered && tellsAnyway(report));
      fill(parts.more, answered && !short && this.#furtherSections(report));
      fill(parts.documents, documentTables(state, actions));
      fill(parts.undo, state.removed && !undoAtTop && undoNotice(state.removed.said, actions));
      fill(parts.limits, answered && [h('h3', null, WORDS.restsOn), limitsList(report)]);
      this.#wrong.element.hidden = !answered || documents.length === 0;
      if (answered) this.#wrong.render(report, state);
      this.#renderBar(answered ? report : undefined);
      this.#placeEditor(answered && !short);
      this.#editor.render(state, draft);
      this.#renderSource();
    });
    parts.live.dataset.state = answered ? 'answered' : error ? 'error' : 'empty';
    this.renderStatus();
  }

  /** The configuration alone; a whole drawing follows. */
  renderMarks() {
    this.#editor.render(this.#advisor.state, this.#advisor.draft);
  }

  /** Progress and errors; drawn more often than the rest. */
  renderStatus() {
    const { state, actions } = this.#advisor;
    const { working, late, progress, error } = state;
    const busy = working && progress !== undefined;
    const wasBusy = this.#progress.element.isConnected;
    if (busy && !wasBusy) this.#before = keepFocus(this.#root);
    this.#parts.results.toggleAttribute('aria-busy', working);
    this.#parts.answer.hidden = busy;
    if (busy) this.#progress.fill(progress);
    if (busy && wasBusy) return;
    if (busy) this.#parts.intro.hidden = true;
    const again = state.documents.length > 0 ? () => actions.again() : undefined;
    const note = working
      ? late && h('p', { class: 'shared', id: 'taken' }, WORDS.taken)
      : error && errorBlock(error, again);
    fill(this.#parts.status, busy ? this.#progress.element : note);
    if (busy) this.focus('progress-title', true);
    // Back to where the reader was, which may be far down: this one is to be seen.
    else if (wasBusy) this.#before?.();
  }

  /** @param {string} theme */
  themed(theme) {
    /** @type {HTMLSelectElement} */ (this.#parts.theme).value = theme;
  }

  /** @param {string} text */
  say(text) {
    this.#parts.live.textContent = text;
  }

  /** How much the chosen span of the time line holds. */
  saySpan() {
    this.say(this.#root.getElementById('span-shown')?.textContent ?? '');
  }

  emptyBox() {
    /** @type {HTMLTextAreaElement} */ (this.#parts.area).value = '';
  }

  // ---- where the reader is ------------------------------------------------------------------

  /**
   * @param {string} id
   * @param {boolean} [toTop]
   */
  focus(id, toTop) {
    this.#root.getElementById(id)?.focus({ preventScroll: true });
    if (toTop) this.#host.scrollIntoView({ block: 'start' });
  }

  /** @param {string} id of a section */
  jump(id) {
    this.#root.getElementById(id)?.scrollIntoView({ block: 'start' });
    this.focus(`${id}-title`);
  }

  /** @param {string} id of a finding: opens it, or leads to the others where the span of the time line hides it */
  finding(id) {
    const fold = this.#root.getElementById(`finding-${id}`);
    if (!(fold instanceof HTMLDetailsElement)) return this.jump('evidence');
    fold.open = true;
    fold.scrollIntoView({ block: 'start' });
    fold.querySelector('summary')?.focus({ preventScroll: true });
  }

  /** Keeps where the reader is, to come back from the text. */
  remember() {
    this.#return = keepFocus(this.#root);
  }

  showSource() {
    this.#renderSource();
    this.#root.getElementById('source')?.scrollIntoView({ block: 'start' });
    this.#viewer?.reveal();
    this.focus('source-title');
  }

  hideSource() {
    this.#renderSource();
    if (!this.#return?.()) this.focus('input-title');
  }

  /** @param {number} line */
  showConfiguration(line) {
    this.#editor.render(this.#advisor.state, this.#advisor.draft);
    this.#editor.element.scrollIntoView({ block: 'start' });
    this.#editor.goTo(line);
  }

  // ---- parts --------------------------------------------------------------------------------

  #build() {
    const { actions } = this.#advisor;
    const { box, area } = pasteBox(actions);
    // Where the focus goes after something was removed: one step back from the box, or one on from the list.
    this.#parts.undo = h('div');
    this.#parts.box = h('div', null, this.#parts.undo, box);
    this.#parts.area = area;
    this.#parts.theme = themeChoice(this.#host.getAttribute('theme') ?? '', (theme) => {
      if (theme) this.#host.setAttribute('theme', theme);
      else this.#host.removeAttribute('theme');
    });
    const part = (/** @type {string} */ name, /** @type {HTMLElement} */ element) => (this.#parts[name] = element);
    const skip = () => this.focus(this.headline ? 'headline' : 'paste', true);
    this.#root.append(
      part(
        'top',
        h(
          'header',
          { class: 'bar' },
          skipLink(skip),
          h(
            'div',
            { class: 'wrap' },
            brand(),
            part('toc', h('nav', { class: 'toc', 'aria-label': WORDS.sections })),
            part('tools', h('div', { class: 'acts' })),
          ),
        ),
      ),
      // No main of its own: the page around the element has one.
      h(
        'div',
        { class: 'wrap' },
        part('status', h('div')),
        part(
          'answer',
          h(
            'div',
            null,
            part('read', h('div')),
            part('intro', this.#intro(part)),
            part('verdict', h('div')),
            part('editorFirst', h('div')),
            part('results', h('div')),
            this.#whatIf.element,
            part('more', h('div')),
            part('input', this.#inputSection(part)),
          ),
        ),
      ),
      h(
        'div',
        { class: 'ends' },
        // What a page has to say at the foot stands in the same line.
        h(
          'div',
          { class: 'wrap' },
          h('span', null, WORDS.title),
          h('span', null, WORDS.runsHere),
          h('slot', { name: 'ends' }),
        ),
      ),
      part('live', h('div', { class: 'vh', role: 'status', 'aria-live': 'polite' })),
      part('over', h('div', { class: 'over', hidden: true }, h('p', null, WORDS.dropNow))),
    );
    // In a page of another language, too.
    for (const each of this.#root.children) /** @type {HTMLElement} */ (each).lang = 'en';
    listenForDrops(this.#host, this.#parts.over, actions);
    listenForPastes(this.#host, actions);
    keepLetters(this.#root);
    closeMenus(this.#root);
  }

  /** @param {(name: string, element: HTMLElement) => HTMLElement} part */
  #intro(part) {
    const { actions } = this.#advisor;
    return h(
      'div',
      { class: 'intro' },
      part('ask', h('div', { class: 'ask' }, h('h1', null, WORDS.ask), h('p', { class: 'q because' }, WORDS.promise))),
      h(
        'div',
        { class: 'two' },
        h(
          'div',
          null,
          part('boxFirst', h('div', null, this.#parts.box)),
          privacyLine(),
          part('where', whereToGetIt(actions)),
        ),
        part('examples', h('div', null, h('h2', null, WORDS.examples), exampleList(actions))),
      ),
    );
  }

  /** @param {(name: string, element: HTMLElement) => HTMLElement} part */
  #inputSection(part) {
    return h(
      'section',
      { class: 'blk', id: 'input', 'aria-labelledby': 'input-title' },
      h(
        'div',
        { class: 'hd' },
        h('h2', { id: 'input-title', tabindex: -1 }, WORDS.input),
        h('button', { type: 'button', onclick: () => this.#advisor.actions.clear() }, WORDS.clear),
      ),
      part('documents', h('div', { class: 'documents' })),
      part('editorLast', h('div', null, this.#editor.element)),
      part('source', h('div')),
      h(
        'div',
        { class: 'two' },
        part('addMore', h('div', null, h('h3', { class: 'more-input' }, WORDS.addMore), part('boxLast', h('div')))),
        h('div', null, part('limits', h('div')), this.#wrong.element),
      ),
    );
  }

  /** Moves the box only when it must: moving it drops the focus. @param {'First' | 'Last'} where */
  #placeBox(where) {
    const { box, [`box${where}`]: place } = this.#parts;
    this.#parts.addMore.hidden = where === 'First';
    if (box.parentElement === place) return;
    place.append(box);
    const area = /** @type {HTMLTextAreaElement} */ (this.#parts.area);
    area.placeholder = where === 'First' ? WORDS.placeholder : WORDS.pasteMore;
  }

  /** The same for the editor: it leads where there are only configurations, or one that cannot be read. @param {boolean} answered */
  #placeEditor(answered) {
    const first = answered && this.#advisor.state.editorFirst;
    const place = first ? this.#parts.editorFirst : this.#parts.editorLast;
    const { element } = this.#editor;
    this.#editor.lead(first);
    if (element.parentElement !== place && !this.#editor.focused) place.append(element);
  }

  /** @param {Report} report */
  #sections(report) {
    const { state, actions } = this.#advisor;
    return [
      valuesSection(report, state, actions),
      evidenceSection(report, state, actions, rulePages(this.#host)),
      rolloutSection(report, actions),
    ];
  }

  /** @param {Report} report */
  #furtherSections(report) {
    const measure = tellsAnyway(report) ? null : measureSection(report, this.#advisor.actions);
    const further = [measure, questionsSection(report)].filter((part) => part !== null);
    return further.length > 1 ? [h('div', { class: 'halves' }, further)] : further;
  }

  /** @param {Report | undefined} report */
  #renderBar(report) {
    const parts = this.#parts;
    const { state, actions } = this.#advisor;
    const entries = [
      ['values', report && tellsAnyway(report) ? WORDS.answer : WORDS.values],
      ['evidence', WORDS.evidence],
      ['rollout', WORDS.rollout],
      ['whatif', WORDS.whatIf],
      ['input', WORDS.inputShort],
    ].filter(([id]) => report && this.#root.getElementById(id)?.hidden === false);
    parts.toc.hidden = entries.length === 0;
    parts.toc.replaceChildren(
      ...entries.map(([id, text]) => h('button', { type: 'button', onclick: () => actions.jump(id) }, text)),
    );
    parts.tools.replaceChildren(...(report ? menus(report, state, actions) : []), parts.theme);
  }

  #renderSource() {
    // A text that is being edited stays as it is.
    if (this.#root.activeElement?.id === 'edit' && this.#advisor.state.source) return;
    const last = this.#viewer;
    this.#viewer = sourceViewer(this.#advisor.state, this.#advisor.actions, last);
    if (this.#viewer !== last) fill(this.#parts.source, this.#viewer?.element);
  }

  /** Redraws without losing the focus or what was unfolded. @param {() => void} draw */
  #keepPlace(draw) {
    const root = this.#root;
    const focusAgain = keepFocus(root);
    const folds = new Map(
      [...root.querySelectorAll('details[id]')].map((each) => [each.id, /** @type {HTMLDetailsElement} */ (each).open]),
    );
    const form = root.querySelector('input[name=patch-form]:checked')?.id;
    draw();
    for (const [id, open] of folds) {
      const element = root.getElementById(id);
      if (element instanceof HTMLDetailsElement) element.open = open;
    }
    const tab = form && root.getElementById(form);
    if (tab instanceof HTMLInputElement && !tab.checked) tab.click();
    focusAgain({ preventScroll: true });
  }
}

/**
 * Where the page of a rule is. The rule book lies beside the script, unless the attribute says otherwise:
 * another folder, or `#` and how the ids of its parts in this document begin.
 *
 * @param {Element} host
 * @returns {((id: string) => string) | undefined}
 */
function rulePages(host) {
  const given = host.getAttribute('rules');
  if (given === 'none') return undefined;
  if (given?.startsWith('#')) return (id) => `${given}${id}`;
  const folder = given ? new URL(given, document.baseURI) : new URL('./rules/', import.meta.url);
  return (id) => new URL(`${id}.html`, folder).href;
}

/**
 * @param {HTMLElement} place
 * @param {any} content
 */
function fill(place, content) {
  place.replaceChildren(...[content].flat(2).filter((each) => each instanceof Node));
}
