// The element: state, what may change it, and which part draws what.

import styles from '../style.css';
import { compactAnswer } from './compact.js';
import { h, heading, icon, svg } from './dom.js';
import { evidenceSection } from './evidence.js';
import { markdown } from './export.js';
import { documentTable, exampleList, pasteBox, privacyLine, whereToGetIt } from './input.js';
import { limitsList } from './limits.js';
import { patchPanel } from './patch.js';
import { measureSection, questionsSection, rolloutSection, steps } from './rollout.js';
import { sourceViewer } from './source.js';
import { plural, SEVERITY, TIMING, WORDS } from './strings.js';
import { valuesTable } from './values.js';
import { readLine, verdictBlock } from './verdict.js';
import { anywayTable, whatIfSection } from './whatif.js';
import { Engine, Overtaken } from './worker-client.js';

/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Doc} Doc */
/** @typedef {import('./types.js').Report} Report */

const TYPING_PAUSE_MS = 400;
/** Texts up to this size are kept, shown and editable; bigger files are read in pieces. */
const KEEP_TEXT = 4 * 1024 * 1024;

/**
 * The whole advisor, as an element. It reads and changes nothing of the page around it.
 *
 * Attributes: `theme` (`light`, `dark`, `auto` as the system has it; without it, as the page around
 * has it), `compact` (verdict and values alone, in a box), `examples` (`none` hides them), `engine`
 * (address of the engine, else beside this script; `#id` of an element that holds it as text).
 * Properties: `documents`, `report`. Events: `report`, `patch`.
 */
export class TimingAdvisor extends HTMLElement {
  static observedAttributes = ['compact', 'examples', 'theme'];

  /** @type {State} */
  #state = {
    documents: [],
    assumptions: {},
    report: undefined,
    reported: [],
    error: undefined,
    working: false,
    progress: undefined,
    source: undefined,
    span: undefined,
  };
  #keys = 0;
  #draft = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Engine | undefined} */
  #engine;
  /** @type {Record<string, HTMLElement>} */
  #parts = {};
  /** @type {HTMLElement | undefined} */
  #returnTo;
  /** Whether the compact form was left for the whole report. */
  #unfolded = false;

  /**
   * What was given, in order; a file read in pieces has no text. Setting it replaces everything and
   * analyses.
   *
   * @returns {{ name: string, text?: string }[]}
   */
  get documents() {
    return this.#state.documents.map(({ name, text }) => ({ name, text }));
  }

  set documents(documents) {
    if (!Array.isArray(documents) || documents.some((each) => typeof each?.text !== 'string'))
      throw new TypeError('documents is a list of { name, text }, and each text is a string.');
    const docs = documents.map(({ name, text }) => ({ key: ++this.#keys, name: String(name ?? ''), text }));
    this.#state.documents = docs;
    if (!this.shadowRoot) return;
    this.#state.source = undefined;
    this.#leaveDraft();
    if (docs.length > 0) this.#analyze();
    else this.#actions.clear();
  }

  /** The answer to what was last analysed, if there is one. */
  get report() {
    return this.#state.report;
  }

  connectedCallback() {
    if (this.shadowRoot) return;
    // Set before this class was known, it would hide the accessor.
    const early = Object.hasOwn(this, 'documents') ? this.documents : undefined;
    if (early) {
      Reflect.deleteProperty(this, 'documents');
      this.documents = early;
    }
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    this.#engine = new Engine(engineAddress(this.getAttribute('engine')));
    this.#build(root);
    this.#render();
    if (this.#state.documents.length > 0) this.#analyze();
  }

  disconnectedCallback() {
    this.#engine?.rest();
  }

  /** @param {string} name @param {string | null} _old @param {string | null} value */
  attributeChangedCallback(name, _old, value) {
    if (!this.shadowRoot) return;
    if (name === 'theme') /** @type {HTMLSelectElement} */ (this.#parts.theme).value = value ?? '';
    else this.#render();
  }

  /** @param {'report' | 'patch'} name @param {unknown} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  // ---- what may change the state ------------------------------------------------------------

  /** @type {import('./types.js').Actions} */
  #actions = {
    add: (docs) => {
      this.#state.documents.push(...docs.map((doc) => ({ ...doc, key: ++this.#keys })));
      this.#leaveDraft();
      this.#analyze({ focus: true });
    },
    addFiles: async (files) => {
      const docs = [];
      this.#state.error = undefined;
      for (const file of files) {
        try {
          docs.push(await this.#read(file));
        } catch {
          this.#state.error = `${file.name} ${WORDS.badFile}`;
        }
      }
      if (docs.length > 0) this.#actions.add(docs);
      else this.#say(this.#state.error ?? '');
      this.#render();
    },
    remove: (key) => {
      this.#state.documents = this.#state.documents.filter((doc) => doc.key !== key);
      if (this.#state.source?.doc === key) this.#state.source = undefined;
      if (this.#draft === key) this.#leaveDraft();
      if (this.#state.documents.length === 0) return this.#actions.clear();
      this.#analyze();
      this.#focus('input-title');
    },
    rename: (key, name) => {
      const doc = this.#state.documents.find((each) => each.key === key);
      if (!doc || !name.trim()) return;
      doc.name = name.trim();
      this.#analyze();
    },
    edit: (key, text) => {
      const doc = this.#state.documents.find((each) => each.key === key);
      if (!doc) return;
      doc.text = text;
      this.#analyzeSoon();
    },
    clear: () => {
      this.#engine?.stop();
      clearTimeout(this.#timer);
      Object.assign(this.#state, {
        documents: [],
        assumptions: {},
        report: undefined,
        reported: [],
        error: undefined,
        working: false,
        progress: undefined,
        source: undefined,
        span: undefined,
      });
      this.#unfolded = false;
      this.#leaveDraft();
      this.#render();
      this.#focus('paste');
      this.#say('All input removed.');
    },
    cancel: () => {
      this.#engine?.stop();
      this.#state.documents = [...this.#state.reported];
      Object.assign(this.#state, {
        working: false,
        progress: undefined,
        error: this.#state.report ? undefined : WORDS.cancelled,
      });
      this.#render();
      this.#focus(this.#state.report ? 'headline' : 'paste');
    },
    assume: (id, value) => {
      if (value === undefined) delete this.#state.assumptions[id];
      else this.#state.assumptions[id] = value;
      this.#analyzeSoon(120);
    },
    show: (documentId, line, finding) => {
      const report = this.#state.report;
      const index = report?.documents.findIndex((doc) => doc.id === documentId) ?? -1;
      const doc = this.#state.reported[index];
      if (!doc) return;
      if (doc.text === undefined)
        return this.#say('This file was read in pieces and is not kept, so its text cannot be shown.');
      const lines = (finding?.evidence ?? []).filter((each) => each.document === documentId).map((each) => each.line);
      this.#returnTo = /** @type {HTMLElement | null} */ (this.shadowRoot?.activeElement) ?? undefined;
      this.#state.source = { doc: doc.key, line, lines: new Set(lines) };
      this.#renderSource();
      const code = this.shadowRoot?.querySelector('#source .code');
      const target = this.shadowRoot?.getElementById('source-line');
      this.shadowRoot?.getElementById('source')?.scrollIntoView({ block: 'start' });
      if (code instanceof HTMLElement && target)
        code.scrollTop = target.offsetTop - code.offsetTop - code.clientHeight / 3;
      this.#focus('source-title');
    },
    hideSource: () => {
      this.#state.source = undefined;
      this.#renderSource();
      if (this.#returnTo?.isConnected) this.#returnTo.focus();
      else this.#focus('input-title');
    },
    zoom: (span) => {
      this.#state.span = span;
      this.#render();
    },
    jump: (id) => {
      if (id === 'source') return this.#renderSource();
      this.shadowRoot?.getElementById(id)?.scrollIntoView({ block: 'start' });
      this.#focus(`${id}-title`);
    },
    copy: async (text, done) => {
      try {
        await navigator.clipboard.writeText(text);
        this.#say(done);
      } catch {
        this.#say(copyByHand(text) ? done : 'The browser did not allow copying. Use the download instead.');
      }
    },
    download: (name, text, type = 'text/plain') => {
      const address = URL.createObjectURL(new Blob([text], { type }));
      h('a', { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    },
    taken: (patch) => this.#tell('patch', patch),
    unfold: () => {
      this.#unfolded = true;
      this.#render();
      this.#focus('headline');
    },
    say: (text) => this.#say(text),
  };

  /**
   * @param {File} file
   * @returns {Promise<Omit<Doc, 'key'>>}
   */
  async #read(file) {
    const gzip = /\.gz$/i.test(file.name);
    if (gzip || file.size > KEEP_TEXT) return { name: file.name, file, gzip, size: file.size };
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { name: file.name, text: decode(bytes) };
  }

  /**
   * @param {string} text
   * @param {boolean} now
   */
  #typed(text, now) {
    const { documents } = this.#state;
    const draft = documents.find((doc) => doc.key === this.#draft);
    if (text === '') {
      this.#draft = 0;
      this.#state.documents = documents.filter((doc) => doc !== draft);
      if (this.#state.documents.length === 0) {
        this.#engine?.stop();
        clearTimeout(this.#timer);
        Object.assign(this.#state, { report: undefined, reported: [], error: undefined, working: false });
        return this.#render();
      }
    } else if (draft) draft.text = text;
    else documents.push({ key: (this.#draft = ++this.#keys), name: '', text });
    if (now) this.#analyze();
    else this.#analyzeSoon();
  }

  #leaveDraft() {
    this.#draft = 0;
    /** @type {HTMLTextAreaElement} */ (this.#parts.area).value = '';
  }

  #analyzeSoon(pause = TYPING_PAUSE_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#analyze(), pause);
  }

  async #analyze({ focus = false } = {}) {
    clearTimeout(this.#timer);
    const state = this.#state;
    const documents = [...state.documents];
    Object.assign(state, { working: true, progress: undefined });
    this.#renderProgress();
    try {
      const report = await this.#engineOrFail().analyze(documents, { ...state.assumptions }, (progress) => {
        state.progress = progress;
        this.#renderProgress();
      });
      Object.assign(state, {
        report,
        reported: documents,
        error: undefined,
        working: false,
        progress: undefined,
        span: undefined,
      });
      this.#say(
        `${SEVERITY[report.verdict.severity]}. ${TIMING[report.verdict.timing].words}. ${report.verdict.headline}`,
      );
      this.#tell('report', report);
    } catch (error) {
      if (error instanceof Overtaken) return;
      const sentence = error instanceof Error ? error.message : WORDS.engineFault;
      Object.assign(state, {
        report: undefined,
        reported: [],
        error: sentence,
        working: false,
        progress: undefined,
        source: undefined,
      });
      this.#say(sentence);
    }
    this.#render();
    if (focus) this.#focus(state.report ? 'headline' : 'error-title', true);
  }

  #engineOrFail() {
    if (!this.#engine) throw new Error(WORDS.engineMissing);
    return this.#engine;
  }

  // ---- drawing ------------------------------------------------------------------------------

  /** @param {ShadowRoot} root */
  #build(root) {
    const actions = this.#actions;
    const { box, area } = pasteBox(actions, (text, now) => this.#typed(text, now));
    const part = (/** @type {string} */ name, /** @type {HTMLElement} */ element) => (this.#parts[name] = element);
    part('box', box);
    part('area', area);
    const examples = h('div', null, h('h2', null, WORDS.examples), exampleList(actions));
    root.append(
      h(
        'header',
        { class: 'bar' },
        h(
          'a',
          {
            class: 'skip',
            href: '#',
            onclick: (/** @type {Event} */ event) => {
              event.preventDefault();
              this.#focus(this.#state.report ? 'headline' : 'paste', true);
            },
          },
          'Skip to the content',
        ),
        h(
          'div',
          { class: 'wrap' },
          brand(),
          part('toc', h('nav', { class: 'toc', 'aria-label': 'Sections' })),
          part('tools', h('div', { class: 'acts' })),
        ),
      ),
      h(
        'main',
        null,
        h(
          'div',
          { class: 'wrap' },
          part('read', h('div')),
          part('status', h('div')),
          part(
            'intro',
            h(
              'div',
              { class: 'intro' },
              part(
                'ask',
                h('div', { class: 'ask' }, h('h1', null, WORDS.ask), h('p', { class: 'q because' }, WORDS.promise)),
              ),
              h(
                'div',
                { class: 'two' },
                h(
                  'div',
                  null,
                  part('boxFirst', h('div', null, box)),
                  part('privacyFirst', h('div', null, privacyLine())),
                  part('where', whereToGetIt(actions)),
                ),
                part('examples', examples),
              ),
            ),
          ),
          part('results', h('div')),
          part('input', this.#inputSection()),
        ),
      ),
      h(
        'footer',
        null,
        h(
          'div',
          { class: 'wrap' },
          h('span', null, WORDS.title),
          h('span', null, 'Runs in this tab. Sends nothing, stores nothing.'),
        ),
      ),
      part('live', h('div', { class: 'vh', role: 'status', 'aria-live': 'polite' })),
      part('over', h('div', { class: 'over', hidden: true }, h('p', null, WORDS.dropNow))),
    );
    this.#listenForDrops();
    part(
      'theme',
      themeChoice(this.getAttribute('theme') ?? '', (value) =>
        value ? this.setAttribute('theme', value) : this.removeAttribute('theme'),
      ),
    );
  }

  #inputSection() {
    const part = (/** @type {string} */ name, /** @type {HTMLElement} */ element) => (this.#parts[name] = element);
    return h(
      'section',
      { class: 'blk', id: 'input', 'aria-labelledby': 'input-title' },
      heading('input-title', 'Input and limits'),
      part('documents', h('div', { class: 'documents' })),
      part('source', h('div')),
      h(
        'div',
        { class: 'two' },
        h(
          'div',
          null,
          h('h3', { class: 'more-input' }, 'Add more'),
          part('boxLast', h('div')),
          part('privacyLast', h('div')),
          h(
            'div',
            { class: 'btns' },
            h('button', { type: 'button', onclick: () => this.#actions.clear() }, 'Clear all'),
          ),
        ),
        part('limits', h('div')),
      ),
    );
  }

  #render() {
    const { report, documents, error } = this.#state;
    const parts = this.#parts;
    const answered = report !== undefined && documents.length > 0;
    const drafting = this.#draft !== 0;
    const short = this.hasAttribute('compact') && answered && !this.#unfolded;
    this.#keepPlace(() => {
      const failed = error !== undefined && !this.#state.working;
      const first = documents.length === 0 || drafting || !(answered || failed);
      parts.intro.hidden = !first;
      parts.ask.hidden = answered || failed;
      parts.where.hidden = parts.examples.hidden = answered || (failed && documents.length > 0);
      parts.examples.hidden ||= this.getAttribute('examples') === 'none';
      parts.input.hidden = documents.length === 0 || short;
      this.#placeBox(first ? 'First' : 'Last');
      parts.read.replaceChildren(...(answered && !short ? [readLine(report, this.#actions)] : []));
      parts.results.replaceChildren(
        ...(short ? [compactAnswer(report, this.#actions)] : answered ? this.#sections(report) : []),
      );
      parts.documents.replaceChildren(documentTable(this.#state, this.#actions));
      parts.limits.replaceChildren(
        ...(answered ? [h('h3', null, 'What this rests on, and what it cannot see'), limitsList(report)] : []),
      );
      this.#renderBar(answered ? report : undefined);
      this.#renderSource();
    });
    parts.live.dataset.state = answered ? 'answered' : error ? 'error' : 'empty';
    this.#renderProgress();
  }

  /** Moves the box only when it must: moving it drops the focus. @param {'First' | 'Last'} where */
  #placeBox(where) {
    const { box, [`box${where}`]: place, [`privacy${where}`]: line } = this.#parts;
    if (box.parentElement === place) return;
    place.append(box);
    const privacy = this.shadowRoot?.getElementById('privacy');
    if (privacy) line.append(privacy);
  }

  /** @param {Report} report */
  #sections(report) {
    const actions = this.#actions;
    const parts = [
      verdictBlock(report.verdict),
      this.#valuesSection(report),
      evidenceSection(report, this.#state, actions),
      rolloutSection(report),
      whatIfSection(report, this.#state, actions),
      report.verdict.timing === 'not-the-remedy' && report.recommendations.length === 0 ? null : measureSection(report),
      questionsSection(report),
    ];
    return parts.filter((each) => each !== null);
  }

  /** Where timing is no cure, commands take the place of values. @param {Report} report */
  #valuesSection(report) {
    const actions = this.#actions;
    const instead = report.verdict.timing === 'not-the-remedy' && report.recommendations.length === 0;
    const anyway = report.model && anywayTable(report.model);
    if (instead && report.measureNext.length > 0) {
      const left = h(
        'div',
        null,
        heading('values-title', 'Find the cause', 'Timing stays as it is.'),
        steps(report.measureNext, 'It tells'),
      );
      const right = anyway && h('div', null, heading('anyway-title', 'If you raised the values anyway'), anyway);
      return h(
        'section',
        { class: 'blk', id: 'values', 'aria-labelledby': 'values-title' },
        h('div', { class: 'two' }, left, right),
      );
    }
    if (report.recommendations.length + report.kept.length === 0 && report.patches.length === 0) return null;
    const patch = patchPanel(report, actions);
    const table =
      report.recommendations.length + report.kept.length > 0
        ? valuesTable(report, actions)
        : h('div', null, heading('values-title', 'Correction'));
    return h(
      'section',
      { class: 'blk', id: 'values', 'aria-labelledby': 'values-title' },
      h('div', { class: patch ? 'two' : '' }, table, patch),
    );
  }

  /** @param {Report | undefined} report */
  #renderBar(report) {
    const parts = this.#parts;
    const entries = [
      ['values', report?.recommendations.length ? 'Values' : 'Answer'],
      ['evidence', 'Evidence'],
      ['rollout', 'Roll-out'],
      ['whatif', 'What if'],
      ['input', 'Input'],
    ].filter(([id]) => report && this.shadowRoot?.getElementById(id));
    parts.toc.hidden = entries.length === 0;
    parts.toc.replaceChildren(
      ...entries.map(([id, text]) => h('button', { type: 'button', onclick: () => this.#actions.jump(id) }, text)),
    );
    parts.tools.replaceChildren(...(report ? [exportMenu(report, this.#actions)] : []), parts.theme);
  }

  #renderSource() {
    const viewer = sourceViewer(this.#state, this.#actions);
    const open = this.shadowRoot?.activeElement?.id === 'edit';
    if (open && viewer) return;
    this.#parts.source.replaceChildren(...(viewer ? [viewer] : []));
  }

  #renderProgress() {
    const { working, progress, error, documents } = this.#state;
    this.#parts.results.toggleAttribute('aria-busy', working);
    this.#parts.status.replaceChildren(
      ...(working && progress
        ? [progressBlock(progress, documents, this.#actions)]
        : error && !working
          ? [errorBlock(error, documents.length > 0 ? () => this.#analyze({ focus: true }) : undefined)]
          : []),
    );
  }

  /** Redraws without losing the focus or what was unfolded. @param {() => void} draw */
  #keepPlace(draw) {
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    const focused = root.activeElement?.id;
    const folds = new Map(
      [...root.querySelectorAll('details[id]')].map((each) => [each.id, /** @type {HTMLDetailsElement} */ (each).open]),
    );
    draw();
    for (const [id, open] of folds) {
      const element = root.getElementById(id);
      if (element instanceof HTMLDetailsElement) element.open = open;
    }
    if (focused && root.activeElement?.id !== focused) root.getElementById(focused)?.focus({ preventScroll: true });
  }

  /**
   * @param {string} id
   * @param {boolean} [toTop]
   */
  #focus(id, toTop) {
    this.shadowRoot?.getElementById(id)?.focus({ preventScroll: true });
    if (toTop) this.scrollIntoView({ block: 'start' });
  }

  /** @param {string} text */
  #say(text) {
    this.#parts.live.textContent = text;
  }

  #listenForDrops() {
    const over = this.#parts.over;
    const carries = (/** @type {DragEvent} */ event) =>
      [...(event.dataTransfer?.types ?? [])].some((type) => type === 'Files' || type === 'text/plain');
    this.addEventListener('dragover', (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      over.hidden = false;
    });
    this.addEventListener('dragleave', (event) => {
      if (!(event.relatedTarget instanceof Node && this.contains(event.relatedTarget))) over.hidden = true;
    });
    this.addEventListener('drop', (event) => {
      over.hidden = true;
      if (!carries(event)) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) return this.#actions.addFiles(files);
      const text = event.dataTransfer?.getData('text/plain');
      if (text) this.#actions.add([{ name: '', text }]);
    });
  }
}

/** Beside this script, unless the attribute names another place. @param {string | null} given */
function engineAddress(given) {
  if (given?.startsWith('#')) return given;
  return new URL(given ?? 'timing_advisor_bg.wasm', given ? document.baseURI : import.meta.url);
}

/** UTF-16 where a mark says so, else UTF-8. @param {Uint8Array} bytes */
function decode(bytes) {
  const mark = (bytes[0] << 8) | bytes[1];
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding, { ignoreBOM: encoding === 'utf-8' }).decode(bytes);
}

function brand() {
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
function themeChoice(now, choose) {
  return h(
    'select',
    { id: 'theme', 'aria-label': 'Colours', onchange: (/** @type {any} */ event) => choose(event.target.value) },
    [
      ['', 'Theme: auto'],
      ['light', 'Theme: light'],
      ['dark', 'Theme: dark'],
    ].map(([value, text]) => h('option', { value, selected: value === now }, text)),
  );
}

/**
 * @param {Report} report
 * @param {import('./types.js').Actions} actions
 */
function exportMenu(report, actions) {
  const button = (/** @type {string} */ text, /** @type {() => void} */ run) =>
    h('li', null, h('button', { type: 'button', onclick: run }, text));
  const list = h(
    'details',
    {
      class: 'menu',
      id: 'export',
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Escape' || !list.open) return;
        list.open = false;
        list.querySelector('summary')?.focus();
      },
    },
    h('summary', null, 'Export'),
    h(
      'ul',
      null,
      button('Copy report as Markdown', () => actions.copy(markdown(report), 'Report copied.')),
      button('Download Markdown', () => actions.download('timing-report.md', markdown(report), 'text/markdown')),
      button('Download JSON', () =>
        actions.download('timing-report.json', JSON.stringify(report, null, 2), 'application/json'),
      ),
      report.patches.filter((patch) => patch.diff).length > 0 &&
        button('Download .patch', () =>
          actions.download('timing.patch', report.patches.map((patch) => patch.diff ?? '').join(''), 'text/x-diff'),
        ),
      button('Print', () => window.print()),
    ),
  );
  return list;
}

/**
 * @param {{ done: number, total: number }} progress
 * @param {Doc[]} documents
 * @param {import('./types.js').Actions} actions
 */
function progressBlock({ done, total }, documents, actions) {
  const percent = Math.min(100, Math.floor((done / Math.max(1, total)) * 100));
  return h(
    'div',
    { class: 'pg' },
    h(
      'p',
      { class: 'h', id: 'progress-title' },
      `${WORDS.reading} ${plural(documents.length, 'document')}: ${bytes(done)} of ${bytes(total)}`,
    ),
    h('progress', { max: 100, value: percent, 'aria-labelledby': 'progress-title' }),
    h(
      'div',
      { class: 'btns' },
      h('button', { type: 'button', id: 'cancel', onclick: () => actions.cancel() }, 'Cancel'),
    ),
  );
}

/**
 * @param {string} sentence
 * @param {(() => void) | undefined} again
 */
function errorBlock(sentence, again) {
  return h(
    'div',
    { class: 'fault' },
    h('span', { class: 'sev critical' }, icon('critical'), 'No answer'),
    h('h1', { id: 'error-title', tabindex: -1 }, sentence),
    again && h('div', { class: 'btns' }, h('button', { type: 'button', onclick: again }, 'Try again')),
  );
}

/** @param {number} count */
function bytes(count) {
  if (count < 1e6) return `${Math.ceil(count / 1e3)}\u00a0kB`;
  if (count < 1e9) return `${(count / 1e6).toFixed(0)}\u00a0MB`;
  return `${(count / 1e9).toFixed(1)}\u00a0GB`;
}

/** Where the clipboard's own way is not open. @param {string} text */
function copyByHand(text) {
  const area = h('textarea', { value: text, 'aria-hidden': 'true' });
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

customElements.define('timing-advisor', TimingAdvisor);
