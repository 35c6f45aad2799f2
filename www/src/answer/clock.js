// Times of day as the logs have them: no zone is known, and none is added.

/** @typedef {{ from: number, to: number }} Span in microseconds */

const DAY = 86_400e6;

/**
 * @param {number} micros
 * @param {Span} span
 */
export function clockText(micros, span) {
  const iso = new Date(Math.floor(micros / 1000)).toISOString();
  if (span.to - span.from < 10e6) return iso.slice(11, 23);
  if (span.to - span.from < 2 * DAY) return iso.slice(11, 19);
  return iso.slice(5, 16).replace('T', ' ');
}

/**
 * A time of day, on the day of the moment it replaces.
 *
 * @param {string} text
 * @param {number} near
 * @param {boolean} [toItsEnd] the last moment of the second or minute that it names
 */
export function parseClock(text, near, toItsEnd = false) {
  const parts = /^\s*(?:(\d\d)-(\d\d) )?(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*$/.exec(text);
  if (!parts) return undefined;
  const [, month, date, hour, minute, second] = parts;
  const base = new Date(near / 1000);
  const when = Date.UTC(
    base.getUTCFullYear(),
    month ? Number(month) - 1 : base.getUTCMonth(),
    date ? Number(date) : base.getUTCDate(),
    Number(hour),
    Number(minute),
  );
  const named = second?.includes('.') ? 1 : second ? 1e6 : 60e6;
  return when * 1000 + Number(second ?? 0) * 1e6 + (toItsEnd ? named - 1 : 0);
}
