// The shapes the page passes around. The report's own types come from the engine.

/** @typedef {import('../../dist/npm/timing-advisor.js').Report} Report */
/** @typedef {Report['findings'][number]} Finding */
/** @typedef {Report['recommendations'][number]} Recommendation */
/** @typedef {Record<string, number | string>} Assumptions */

/**
 * One text the reader gave: held as text, or as a file where it is too big to show whole.
 *
 * @typedef {object} Doc
 * @property {number} key
 * @property {string} name
 * @property {string} [text]
 * @property {Blob} [file]
 * @property {boolean} [gzip]
 * @property {number} [size]
 */

/**
 * @typedef {object} State
 * @property {Doc[]} documents
 * @property {Assumptions} assumptions
 * @property {Report | undefined} report
 * @property {Doc[]} reported   the documents the report speaks of
 * @property {string | undefined} error
 * @property {boolean} working
 * @property {{ done: number, total: number } | undefined} progress
 * @property {{ doc: number, line: number, lines: Set<number>, start?: number, end?: number } | undefined} source
 * @property {{ from: number, to: number } | undefined} span
 */

/**
 * What a section may ask of the app.
 *
 * @typedef {object} Actions
 * @property {(docs: Omit<Doc, 'key'>[]) => void} add
 * @property {(files: Iterable<File>) => Promise<void>} addFiles
 * @property {(key: number) => void} remove
 * @property {(key: number, name: string) => void} rename
 * @property {(key: number, text: string) => void} edit
 * @property {() => void} clear
 * @property {() => void} cancel
 * @property {(id: string, value: number | string | undefined) => void} assume
 * @property {(docId: string, line: number, finding?: Finding) => void} show
 * @property {() => void} hideSource
 * @property {(span: State['span']) => void} zoom
 * @property {(id: string) => void} jump
 * @property {(text: string, done: string) => Promise<void>} copy
 * @property {(name: string, text: string, type?: string) => void} download
 * @property {(patch: Taken) => void} taken   tells the page around that a corrected text was taken
 * @property {() => void} unfold   from the compact form to the whole report
 * @property {(text: string) => void} say
 */

/**
 * A text the reader copied or downloaded: the detail of the event `patch`.
 *
 * @typedef {object} Taken
 * @property {string | null} document   id of the document it corrects; null for a new file
 * @property {string} name              file it belongs to
 * @property {string} form              `cloud-config`, `drop-in`, ... or `patch` for a corrected document
 * @property {string} text
 */

export {};
