// The shapes the page passes around. The report's own types come from the engine.

/** @typedef {import('../../dist/npm/timing-advisor.js').Report} Report */
/** @typedef {Report['findings'][number]} Finding */
/** @typedef {Report['recommendations'][number]} Recommendation */
/** @typedef {Record<string, number | string>} Assumptions */

/**
 * One text the reader gave: held as text, or as a file where it is too big to hold. It never changes;
 * an edit puts a new one with the same key in its place.
 *
 * @typedef {object} Doc
 * @property {number} key
 * @property {string} name
 * @property {string} [text]
 * @property {boolean} [own]   nobody but this page holds it: it was pasted, typed or changed here
 * @property {string} [before]   the text as given, which the logs speak of, where it was changed since
 * @property {import('./texts/marks.js').Edit[]} [fixes]   those changes, in its positions; `text` has them
 * @property {import('./texts/marks.js').Edit[][]} [past]   what they were before
 * @property {Blob} [file]
 * @property {boolean} [gzip]
 * @property {number} [size]
 */

/**
 * How far the reading of files has come.
 *
 * @typedef {object} Progress
 * @property {number} done bytes, over all files
 * @property {number} total
 * @property {string} name the file being read
 * @property {number} index its place among `files`
 * @property {{ name: string, size: number }[]} files all that are to be read
 * @property {number} lines
 * @property {{ kind: string, count: number }[]} signs
 */

/** @typedef {{ name: string, gzip?: boolean, journal?: boolean }} Unread a file that gives no text; `journal`: one of systemd's own */

/**
 * The lines to show of one text.
 *
 * @typedef {object} Source
 * @property {number} doc its key
 * @property {number} line
 * @property {number} [start] byte offset of that line
 * @property {Set<number>} lines all lines of the finding
 */

/**
 * @typedef {object} State
 * @property {Doc[]} documents
 * @property {Assumptions} assumptions
 * @property {Report | undefined} report
 * @property {Doc[]} reported   the documents the report speaks of, as they were read
 * @property {string} inPart   what is to say where a file was not read to its end
 * @property {import('./share/share.js').Shared | undefined} shared   an answer that came in a link
 * @property {{ documents: Doc[], assumptions: Assumptions, said: string, atTop?: boolean, changed?: Doc[], before?: State['removed'] } | undefined} removed   what was taken away last, and what before it
 * @property {Unread[]} unread   the files that were given and gave no text
 * @property {string | undefined} badLink   what to say of a link that cannot be read, beside an answer
 * @property {string | undefined} error
 * @property {boolean} working
 * @property {boolean} late   an answer is worked out for so long that it was announced
 * @property {(Progress & { began: number }) | undefined} progress
 * @property {Source | undefined} source
 * @property {{ doc: Doc, report: Report } | undefined} looked   what is to say of a changed text alone
 * @property {number | undefined} editing   key of the configuration in the editor
 * @property {boolean} editorFirst   the editor stands before the values
 * @property {boolean} plain   the editor is a plain text field
 * @property {boolean} unfolded   the compact form was left for the whole report
 * @property {{ from: number, to: number } | undefined} span
 */

/**
 * What a section may ask of the app.
 *
 * @typedef {object} Actions
 * @property {(docs: Omit<Doc, 'key'>[]) => void} add
 * @property {() => void} undo   brings back what was taken away last
 * @property {(files: Iterable<File>) => Promise<void>} addFiles
 * @property {(...keys: number[]) => void} remove
 * @property {(key: number, name: string) => void} rename
 * @property {(key: number, text: string) => void} edit
 * @property {(key: number, edits: import('./texts/marks.js').Edit[]) => void} fix   makes proposed edits
 * @property {(key: number) => void} inForce   the logs were written with the text as it is now
 * @property {(text: string, now: boolean) => void} typed   the text of the box
 * @property {() => void} clear
 * @property {() => void} again
 * @property {() => void} cancel
 * @property {() => void} enough
 * @property {(id: string, value: number | string | undefined) => void} assume
 * @property {(docId: string, at: { line: number, start?: number }, finding?: Finding) => void} show
 * @property {() => void} hideSource
 * @property {(on: boolean) => void} plain
 * @property {(span: State['span']) => void} zoom
 * @property {(id: string) => void} jump
 * @property {(id: string) => void} finding   opens a finding
 * @property {(text: string, done: string, pressed?: Event) => Promise<string>} copy   gives what it said of it, also beside what was pressed
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
