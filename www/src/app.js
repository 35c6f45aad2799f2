// The element: what a page may say to it. State is in advisor.js, drawing in layout.js.

import styles from '../style.css';
import { Advisor } from './advisor.js';
import { Layout } from './layout.js';
import { loadEditor } from './texts/config-editor.js';

/**
 * The whole advisor, as an element. It reads and changes nothing of the page around it.
 *
 * Attributes: `theme` (`light`, `dark`, `auto` as the system has it; without it, as the page around
 * has it), `compact` (verdict and values alone, in a box), `examples` (`none` hides them), `engine`
 * (address of the engine, else beside this script; `#id` of an element that holds it as text),
 * `rules` (address of the rule book, else `rules/` beside this script; `#` and a prefix where it is part of
 * the document; `none` where there is none).
 * Properties: `documents`, `report`. Events: `report`, `patch`.
 */
export class TimingAdvisor extends HTMLElement {
  static observedAttributes = ['compact', 'examples', 'theme'];

  #advisor = new Advisor((name, detail) => {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  });
  /** @type {Layout | undefined} */
  #layout;
  /** Of several on one page the first opens it: what the others show is not asked for. */
  #openLink = () => {
    const first = document.querySelector(this.localName) ?? this;
    if (first === this) this.#advisor.open(location.hash);
  };
  /** Nothing is stored, so a text that was pasted would be gone: the browser asks first. @param {Event} event */
  #leaving = (event) => this.#advisor.holdsOwnText && event.preventDefault();

  /**
   * What was given, in order; a file read in pieces has no text. Setting it replaces everything and
   * analyses.
   *
   * @returns {{ name: string, text?: string }[]}
   */
  get documents() {
    return this.#advisor.state.documents.map(({ name, text }) => ({ name, text }));
  }

  set documents(documents) {
    if (!Array.isArray(documents) || documents.some((each) => typeof each?.text !== 'string'))
      throw new TypeError('documents is a list of { name, text }, and each text is a string.');
    this.#advisor.replace(documents.map(({ name, text }) => ({ name: String(name ?? ''), text })));
  }

  /** The answer to what was last analysed, if there is one. */
  get report() {
    return this.#advisor.state.report;
  }

  connectedCallback() {
    window.addEventListener('hashchange', this.#openLink);
    window.addEventListener('beforeunload', this.#leaving);
    if (this.shadowRoot) {
      this.#advisor.resume();
      return this.#fetchEditor();
    }
    this.#advisor.load(engineAddress(this.getAttribute('engine')));
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
    this.#layout = new Layout(root, this.#advisor);
    this.#advisor.start(this.#layout);
    this.#openLink();
    this.#fetchEditor();
  }

  /** While nothing else is to do: later on the page makes no request. */
  #fetchEditor() {
    (window.requestIdleCallback ?? setTimeout)(() => {
      if (!this.isConnected) return;
      if (this.#advisor.state.working) setTimeout(() => this.#fetchEditor(), 100);
      else loadEditor().catch(() => {});
    });
  }

  disconnectedCallback() {
    window.removeEventListener('hashchange', this.#openLink);
    window.removeEventListener('beforeunload', this.#leaving);
    this.#advisor.rest();
  }

  /** @param {string} name @param {string | null} _old @param {string | null} value */
  attributeChangedCallback(name, _old, value) {
    if (name === 'theme') this.#layout?.themed(value ?? '');
    else this.#layout?.render();
  }
}

/** Beside this script, unless the attribute names another place. @param {string | null} given */
function engineAddress(given) {
  if (given?.startsWith('#')) return given;
  return given ? new URL(given, document.baseURI) : new URL('./timing_advisor_bg.wasm', import.meta.url);
}

// A length, so that all within the element has the one that is worked out at its top (element.css).
CSS.registerProperty?.({ name: '--timing-advisor-rem', syntax: '<length>', inherits: true, initialValue: '16px' });
customElements.define('timing-advisor', TimingAdvisor);
