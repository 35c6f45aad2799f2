// Types of `timing-advisor/element`. Importing it defines the element `<timing-advisor>`.

import type { Report } from './timing-advisor.js';

/** The whole advisor as an element. It reads and changes nothing of the page around it. */
export class TimingAdvisor extends HTMLElement {
  /** What was given, in order; a file read in pieces has no text. Setting it replaces everything and analyses. */
  documents: { name: string; text?: string }[];
  /** The answer to what was last analysed, if there is one. */
  readonly report: Report | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'timing-advisor': TimingAdvisor;
  }
  interface HTMLElementEventMap {
    /** An answer is there; `detail` is the report. */
    report: CustomEvent<Report>;
    /** The reader copied or downloaded a corrected file; `detail` is the patch. */
    patch: CustomEvent;
  }
}
