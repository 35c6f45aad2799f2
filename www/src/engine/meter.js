// How far the reading of files is, told now and then.

/** @typedef {import('../types.js').Doc} Doc */
/** @typedef {import('../types.js').Progress} Progress */

/** Each is drawn, which takes the machine longer than 5 MB of log. What is over sooner shows none. */
const PROGRESS_EVERY_MS = 250;

export class Meter {
  #documents;
  #counts;
  #tell;
  #files;
  #total;
  #done = 0;
  #told = performance.now();
  /** @type {Doc | undefined} the one that is being read */
  file;

  /**
   * @param {Doc[]} documents all that are to be read
   * @param {() => Pick<Progress, 'lines' | 'signs'>} counts
   * @param {(progress: Progress) => void} tell
   */
  constructor(documents, counts, tell) {
    this.#counts = counts;
    this.#tell = tell;
    // A text that is held is read at once.
    this.#documents = documents.filter(({ file }) => file);
    this.#files = this.#documents.map(({ name, file }) => ({ name, size: file?.size ?? 0 }));
    this.#total = this.#files.reduce((sum, { size }) => sum + size, 0);
  }

  /** @param {number} bytes */
  add(bytes) {
    this.#done += bytes;
    const now = performance.now();
    if (now - this.#told < PROGRESS_EVERY_MS) return;
    this.#told = now;
    this.#tell({
      ...this.#counts(),
      done: this.#done,
      total: this.#total,
      name: this.file?.name ?? '',
      index: this.#documents.findIndex((doc) => doc === this.file),
      files: this.#files,
    });
  }
}
