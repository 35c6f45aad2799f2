// State, and what may change it. The layout draws it; nothing else does.

import { copied } from './clipboard.js';
import { h, noteBeside, shortName } from './dom.js';
import { Engine, Overtaken, Unreadable } from './engine/engine.js';
import { held } from './input/files.js';
import { silent } from './read-as.js';
import { bringBack, changed, followTexts, nextName, stayWithAnswer, takeAway } from './removed.js';
import { openLink, OtherVersion } from './share/share.js';
import { empty } from './state.js';
import { notRead, SEVERITY, timingOf, VALUES, WORDS } from './strings.js';
import { asGiven, lineNow, withEdit, withFixes } from './texts/fixes.js';
import { applied, isConfiguration, isBroken } from './texts/marks.js';

/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Doc} Doc */
/** @typedef {import('./layout.js').Layout} Layout */

/**
 * @typedef {object} Asked
 * @property {boolean} [fresh]   the answer is new, not a change of one that is read
 * @property {boolean} [focus]   it takes the focus as well
 * @property {boolean} [marksFirst]   the editor is drawn at once, all else a little later
 * @property {boolean} [assumed]   a limit was moved, far below the values: what became of them is told
 */

/** Typing is answered after so many milliseconds: in the box, where a paste may follow, and in the editor. */
const BOX_PAUSE = 400;
const EDITOR_PAUSE = 40;
const SLIDER_PAUSE = 60;
/** Whoever types sees the marks at once; the rest of the page follows when the hand rests. */
const REST_PAUSE = 300;
/** An answer that takes longer is announced: a text that was pasted is to be seen nowhere until then. */
const PATIENCE_MS = 600;

/** The proposed values, in a sentence. @param {State['report']} report */
function proposed(report) {
  const values = (report?.recommendations ?? []).map((row) => `${shortName(row.parameter)} ${row.proposedText}`);
  return VALUES.proposed(values.join(', '));
}

export class Advisor {
  state = empty();
  /** The document that is being typed into the box, if any. */
  draft = 0;
  /** What was taken away and was not told yet: it is said with the answer, which would drown it. */
  #news = '';
  #keys = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #drawing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;
  /** How the last analysis was asked for. @type {Asked} */
  #asked = {};
  #tell;
  /** @type {Engine | undefined} */
  #engine;
  /** @type {Layout | undefined} */
  #layout;

  /** @param {(event: 'report' | 'patch', detail: unknown) => void} tell the page around */
  constructor(tell) {
    this.#tell = tell;
  }

  /** The engine comes while the page is drawn. @param {string | URL} address */
  load(address) {
    this.#engine = new Engine(address);
  }

  /** @param {Layout} layout */
  start(layout) {
    this.#layout = layout;
    layout.render();
    if (this.state.documents.length > 0) this.#analyze();
  }

  /** Lets everything go while the element stands in no page. An answer that was waited for is still owed. */
  rest() {
    this.state.working ||= this.#timer !== undefined;
    this.#clearTimers();
    this.#engine?.rest();
  }

  /** The element stands in a page again: what `rest` broke off is taken up. */
  resume() {
    if (this.state.working) this.#analyze(this.#asked);
    else this.#view.render();
  }

  /** Puts other documents in the place of all. @param {Omit<Doc, 'key'>[]} docs */
  replace(docs) {
    if (docs.length === 0 && this.#layout) return this.actions.clear();
    this.#stop();
    this.#takeAway(() => this.holdsOwnText, WORDS.replaced);
    const { removed } = this.state;
    this.state = { ...empty(), removed, documents: docs.map((doc) => ({ ...doc, key: ++this.#keys })) };
    if (!this.#layout) return;
    this.#leaveDraft();
    this.#analyze({ fresh: true });
  }

  /** @type {import('./types.js').Actions} */
  actions = {
    add: (docs) => {
      for (const doc of docs) this.#take(doc);
      this.state.shared = undefined;
      // Who gives the next text has moved on: what was left out before it is told beside the input.
      if (this.state.removed) this.state.removed.atTop = false;
      this.#leaveDraft();
      this.#analyze({ focus: true });
    },
    addFiles: async (files) => {
      const idle = !this.state.working;
      Object.assign(this.state, { error: undefined, unread: [], badLink: undefined, working: true });
      // A folder of thousands takes seconds.
      const opening = setTimeout(() => this.#announce(), PATIENCE_MS);
      const { docs, unread } = await held(files);
      clearTimeout(opening);
      this.state.unread = unread;
      if (docs.length > 0) return this.actions.add(docs);
      if (idle) this.state.working = false;
      // Beside an answer that stands it is a notice; alone it is the answer.
      const said = notRead(this.state.unread);
      if (!this.state.report) this.state.error = said[0];
      this.actions.say(said.join(' '));
      this.#view.render();
    },
    remove: (...keys) => {
      const { state } = this;
      const gone = new Set(keys);
      if (state.documents.every(({ key }) => gone.has(key))) return this.actions.clear();
      this.#takeAway(({ key }) => gone.has(key), WORDS.removed, WORDS.allRemoved);
      if (state.source && gone.has(state.source.doc)) state.source = undefined;
      if (gone.has(this.draft)) this.#leaveDraft();
      followTexts(this.state);
      this.#analyze();
      this.#view.focus('input-title');
    },
    undo: () => {
      if (!bringBack(this.state)) return;
      this.#news = '';
      this.#analyze({ focus: true });
    },
    rename: (key, name) => {
      if (name.trim()) this.#change(key, { name: name.trim() });
      this.#analyze();
    },
    edit: (key, text) => {
      const doc = this.state.documents.find((each) => each.key === key);
      if (!doc) return;
      // What is tried out after the logs were written tells nothing of what was in force.
      const held = isConfiguration(this.state, doc) && this.#hasLogs;
      const after = { ...doc, ...withEdit(doc, text, held), own: true };
      if (asGiven(after).text !== asGiven(doc).text) {
        this.#change(key, after);
        return this.#analyzeSoon(EDITOR_PAUSE, { marksFirst: true });
      }
      this.#hold(after);
      this.#drawMarksFirst();
    },
    inForce: (key) => {
      this.#change(key, { before: undefined, fixes: undefined, past: undefined });
      this.#analyze({ focus: true });
    },
    fix: (key, edits) => {
      const doc = this.state.documents.find((each) => each.key === key);
      if (!doc) return;
      if (!this.#hasLogs) return this.actions.edit(key, applied(doc.text ?? '', edits));
      this.#hold({ ...doc, ...withFixes(doc, edits), own: true });
      this.#view.render();
    },
    typed: (text, now) => {
      if (text === '') return this.#emptied();
      if (this.draft) this.#change(this.draft, { text });
      else this.draft = this.#take({ name: '', text, own: true });
      if (now) this.#analyze();
      else this.#analyzeSoon(BOX_PAUSE);
    },
    clear: () => {
      this.#stop();
      this.#takeAway(() => true, WORDS.removed);
      this.state = { ...empty(), removed: this.state.removed };
      this.#leaveDraft();
      this.#view.render();
      this.#say();
      this.#view.focus('paste', true);
    },
    again: () => this.#analyze({ focus: true }),
    cancel: () => {
      this.#engine?.stop();
      const { state } = this;
      const answered = (/** @type {Doc} */ doc) => state.reported.some((each) => each.key === doc.key);
      // Only what takes long is let go: a text that came with it was not what the reader tired of.
      const away = this.#takeAway((doc) => doc.file !== undefined && !answered(doc), WORDS.leftOut, WORDS.allLeftOut);
      Object.assign(state, { working: false, progress: undefined });
      // The reader is led to the top, so the way back stands there.
      if (state.removed && away) state.removed.atTop = true;
      if (!state.documents.every(answered)) return this.#analyze({ focus: true });
      if (stayWithAnswer(state)) this.#news = '';
      this.#view.render();
      this.#say();
      this.#view.focus(state.report ? 'headline' : 'paste', true);
    },
    enough: () => this.#engine?.enough(),
    assume: (id, value) => {
      if (value === undefined) delete this.state.assumptions[id];
      else this.state.assumptions[id] = value;
      this.#analyzeSoon(SLIDER_PAUSE, { assumed: true });
    },
    show: (documentId, at, finding) => {
      const { report, reported } = this.state;
      const doc = reported[report?.documents.findIndex((each) => each.id === documentId) ?? -1];
      if (!doc) return;
      const lines = (finding?.evidence ?? []).filter((each) => each.document === documentId).map((each) => each.line);
      this.#view.remember();
      if (isConfiguration(this.state, doc)) {
        this.state.editing = doc.key;
        const now = this.state.documents.find((each) => each.key === doc.key) ?? doc;
        return this.#view.showConfiguration(lineNow(now, at.line));
      }
      this.state.source = { doc: doc.key, ...at, lines: new Set([at.line, ...lines]) };
      this.#view.showSource();
    },
    hideSource: () => {
      this.state.source = undefined;
      this.#view.hideSource();
    },
    plain: (on) => {
      this.state.plain = on;
      this.#view.render();
    },
    zoom: (span) => {
      this.state.span = span;
      this.#view.render();
      this.#view.saySpan();
    },
    jump: (id) => this.#view.jump(id),
    finding: (id) => this.#view.finding(id),
    copy: async (text, done, pressed) => {
      const button = pressed?.currentTarget;
      const said = (await copied(text)) ? done : WORDS.copyRefused;
      this.actions.say(said);
      if (button instanceof Element) noteBeside(button, said);
      return said;
    },
    download: (name, text, type = 'text/plain') => {
      const address = URL.createObjectURL(new Blob([text], { type }));
      h('a', { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    },
    taken: (patch) => this.#tell('patch', patch),
    unfold: () => {
      this.state.unfolded = true;
      this.#view.render();
      // To where the button says.
      if (this.state.report?.rollout.length) this.#view.jump('evidence');
      else this.#view.focus('headline', true);
    },
    say: (text) => this.#view.say(text),
  };

  /** Reads what a link carries. One that cannot be read says so and leaves all else. @param {string} fragment */
  async open(fragment) {
    let carried;
    try {
      carried = await openLink(fragment);
    } catch (error) {
      const said = error instanceof OtherVersion ? WORDS.otherLink : WORDS.badLink;
      // As for a file that gives no text: beside an answer, also one to come, it is a notice, alone it is the answer.
      if (this.state.report || this.state.working) this.state.badLink = said;
      else this.state.error = said;
      this.actions.say(said);
      this.#view.render();
      return this.#view.focus('error-title', true);
    }
    if (!carried) {
      // Back from a link that took the place of what the reader had.
      if (fragment === '' && this.state.shared && this.state.removed && !this.holdsOwnText) this.actions.undo();
      return;
    }
    this.#stop();
    this.#takeAway(() => this.holdsOwnText, WORDS.replaced);
    this.state = { ...empty(), shared: carried, removed: this.state.removed };
    this.#leaveDraft();
    if (carried.documents) {
      this.state.assumptions = carried.assumptions ?? {};
      this.state.documents = carried.documents.map((doc) => ({ ...doc, key: ++this.#keys }));
      return this.#analyze({ focus: true });
    }
    this.state.report = carried.report;
    this.#view.render();
    this.#say();
    this.#view.focus('headline', true);
  }

  /**
   * @param {number} key
   * @param {Partial<Doc>} change
   */
  #change(key, change) {
    this.state.documents = changed(this.state.documents, key, change);
  }

  /**
   * Takes documents away. What is said next begins with it.
   *
   * @param {Parameters<typeof takeAway>[1]} which
   * @param {string} said
   * @param {string} [ofAll]
   */
  #takeAway(which, said, ofAll) {
    const told = takeAway(this.state, which, said, ofAll);
    this.#news = told || this.#news;
    return told !== '';
  }

  /** Says what was taken away, if anything was, and what came of it, in one go. @param {...string} sentences */
  #say(...sentences) {
    const said = [this.#news, ...sentences].filter(Boolean).join(' ');
    this.#news = '';
    if (said) this.actions.say(said);
  }

  /** @param {Omit<Doc, 'key'>} doc @returns {number} its key */
  #take(doc) {
    const key = ++this.#keys;
    this.state.documents = [...this.state.documents, { ...doc, key, name: doc.name || nextName(this.state) }];
    return key;
  }

  get #hasLogs() {
    return this.state.report?.documents.some((doc) => doc.kind === 'log') ?? false;
  }

  /** Whether leaving the page would lose a text that nobody else holds. */
  get holdsOwnText() {
    return this.state.documents.some((doc) => doc.own);
  }

  /** What draws; there is one as soon as anything can be asked. @returns {Layout} */
  get #view() {
    if (!this.#layout) throw new Error('the advisor was not started');
    return this.#layout;
  }

  /** A change that the answer does not follow; what it holds is looked at for itself. @param {Doc} doc */
  #hold(doc) {
    this.#change(doc.key, doc);
    this.#engine?.look(doc, (report) => {
      this.state.looked = { doc, report };
      this.#view.renderMarks();
    });
  }

  #stop() {
    this.#clearTimers();
    this.#engine?.stop();
  }

  #clearTimers() {
    clearTimeout(this.#timer);
    clearTimeout(this.#drawing);
    clearTimeout(this.#patience);
    this.#timer = undefined;
  }

  #leaveDraft() {
    this.draft = 0;
    this.#layout?.emptyBox();
  }

  /** The box was emptied: what was typed there is gone. */
  #emptied() {
    this.state.documents = this.state.documents.filter((doc) => doc.key !== this.draft);
    this.draft = 0;
    if (this.state.documents.length > 0) return this.#analyze();
    this.#stop();
    this.state = { ...empty(), removed: this.state.removed };
    this.#view.render();
  }

  #drawMarksFirst() {
    clearTimeout(this.#drawing);
    this.#view.renderMarks();
    this.#drawing = setTimeout(() => this.#view.render(), REST_PAUSE);
  }

  /** @param {number} pause milliseconds @param {Asked} [asked] */
  #analyzeSoon(pause, asked = {}) {
    clearTimeout(this.#timer);
    this.#asked = asked;
    this.#timer = setTimeout(() => this.#analyze(asked), pause);
  }

  /** Says that there will be an answer, where nothing else tells of it. */
  #announce() {
    const { state } = this;
    if (!state.working || state.progress) return;
    state.late = true;
    this.#view.renderStatus();
    this.actions.say(WORDS.taken);
  }

  /**
   * @param {Asked} [asked]
   * @returns {Promise<void>}
   */
  async #analyze(asked = {}) {
    const { focus = false, fresh = focus, marksFirst = false, assumed = false } = asked;
    this.#asked = asked;
    this.#clearTimers();
    const { state } = this;
    const documents = state.documents.map(asGiven);
    Object.assign(state, { working: true, late: false, progress: undefined });
    this.#view.renderStatus();
    if (fresh) this.#patience = setTimeout(() => this.#announce(), PATIENCE_MS);
    const began = performance.now();
    /** @type {string[]} */
    let said;
    try {
      if (!this.#engine) throw new Error(WORDS.engineMissing);
      const { report, inPart } = await this.#engine.analyze(documents, { ...state.assumptions }, (progress) => {
        state.progress = { ...progress, began };
        this.#view.renderStatus();
      });
      const span = fresh ? undefined : state.span;
      const values = proposed(report);
      const moved = assumed && values !== proposed(state.report);
      Object.assign(state, { report, inPart, reported: documents, error: undefined, span });
      if (fresh) {
        state.editorFirst = isBroken(report) || report.documents.every((doc) => doc.kind !== 'log');
        // Of several configurations the one that the headline speaks of.
        const told = report.findings.find(({ id }) => id === report.verdict.finding)?.evidence[0]?.document;
        state.editing ??= documents[report.documents.findIndex(({ id }) => id === told)]?.key;
      }
      const { severity, headline } = report.verdict;
      // A headline that takes the focus is read aloud for that.
      const answer = `${SEVERITY[severity]}. ${timingOf(report).words}. ${focus ? '' : headline}`.trimEnd();
      said = [
        ...(fresh || this.#view.headline !== headline ? [answer] : moved ? [values] : []),
        ...(fresh ? [inPart, silent(report), ...notRead(state.unread)] : []),
      ];
      this.#tell('report', report);
    } catch (error) {
      if (error instanceof Overtaken) return;
      // One file that gives no text does not take the answer from the others.
      if (error instanceof Unreadable) {
        const rest = state.documents.filter((doc) => doc.key !== error.key);
        if (rest.length > 0) {
          Object.assign(state, { documents: rest, unread: [...state.unread, error.file] });
          return this.#analyze({ focus, fresh, marksFirst });
        }
      }
      const sentence = error instanceof Error ? error.message : WORDS.engineFault;
      Object.assign(state, { report: undefined, reported: [], error: sentence, source: undefined });
      said = [sentence];
    }
    clearTimeout(this.#patience);
    Object.assign(state, { working: false, progress: undefined });
    if (marksFirst && state.report) this.#drawMarksFirst();
    else this.#view.render();
    if (focus) this.#view.focus(state.report ? 'headline' : 'error-title', true);
    // After the focus has moved: a screen reader breaks off what it says when it does.
    this.#say(...said);
  }
}
