// What the logs show: the time line as an index, then each finding with its lines.

import { tellingFirst } from '../../npm/tell.js';
import { h, sameWords, section, sentence, unbroken } from '../dom.js';
import { CONFIDENCE, EVIDENCE, plural, SEVERITY, WORDS } from '../strings.js';
import { drawn, timelineFigure } from './timeline.js';
import { severity } from './verdict.js';

/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').Finding} Finding */
/** @typedef {import('../types.js').Actions} Actions */
/** @typedef {import('../types.js').State} State */

const LINES_SHOWN = 4;
/** The engine keeps so many lines of a finding. Of more, the others may be anybody's. */
const LINES_KEPT = 50;

/**
 * @param {Report} report
 * @param {State} state
 * @param {Actions} actions
 * @param {((id: string) => string) | undefined} rules where the page of a rule is
 */
export function evidenceSection(report, state, actions, rules) {
  const timeline = drawn(report.timeline) ? report.timeline : null;
  if (report.findings.length === 0 && !timeline && report.notFound.length === 0) return null;
  const shown = tellingFirst(inSpan(report, state.span), report.verdict.finding);
  const hidden = report.findings.length - shown.length;
  const without = untimed(report);
  const timed = shown.filter(({ evidence }) => evidence.some(({ time }) => time)).length;
  return section(
    'evidence',
    WORDS.evidence,
    timeline ? EVIDENCE.onTimeLine : state.documents.length > 0 ? EVIDENCE.lines : EVIDENCE.withoutLines,
    timeline &&
      timelineFigure(withNames(report), state, actions, report.findings.length > 0 ? plural(timed, 'finding') : ''),
    without.length > 0 && h('p', { class: 'did' }, EVIDENCE.untimed(without.length)),
    shown.length > 0 &&
      h(
        'div',
        { class: 'findings' },
        shown.map((finding, index) =>
          findingBlock(finding, { open: index === 0, timeless: without.includes(finding) }, report, actions, rules),
        ),
      ),
    hidden > 0 && h('p', { class: 'did' }, EVIDENCE.hidden(hidden)),
    report.notFound.length > 0 && h('p', { class: 'absent' }, report.notFound.join(' ')),
  );
}

/**
 * Lanes of logs that name no host carry the document's name.
 *
 * @param {Report} report
 */
function withNames(report) {
  const timeline = /** @type {NonNullable<Report['timeline']>} */ (report.timeline);
  const named = (/** @type {string} */ name) => report.documents.find((doc) => doc.id === name)?.name ?? name;
  return { ...timeline, lanes: timeline.lanes.map((lane) => ({ ...lane, name: named(lane.name) })) };
}

/**
 * Findings with a line or a mark in the span. Those without any time stay, and those of which not all lines are told.
 *
 * @param {Report} report
 * @param {State['span']} span
 */
function inSpan(report, span) {
  const marks = report.timeline?.lanes.flatMap((lane) => lane.marks) ?? [];
  if (!span) return report.findings;
  const inside = (/** @type {number} */ moment) => moment >= span.from && moment <= span.to;
  return report.findings.filter(({ id, count, evidence }) => {
    const marked = marks.filter((mark) => mark.finding === id).map((mark) => mark.time);
    const moments = [...marked, ...evidence.flatMap(({ moment }) => moment ?? [])];
    const partlyTold = marked.length === 0 && count > evidence.length;
    return moments.length === 0 || partlyTold || moments.some(inside);
  });
}

/**
 * What cannot stand on the time line, where there is one: a log may hold lines without a time beside others with one.
 *
 * @param {Report} report
 */
function untimed({ timeline, findings }) {
  if (!drawn(timeline)) return [];
  // A place in a configuration has an end, and never a time; an article may hold both.
  const without = (/** @type {Finding['evidence'][number]} */ line) => !line.time && line.endLine === undefined;
  return findings.filter(({ evidence }) => evidence.length > 0 && evidence.every(without));
}

/**
 * @param {Finding} finding
 * @param {{ open: boolean, timeless: boolean }} how
 * @param {Report} report
 * @param {Actions} actions
 * @param {((id: string) => string) | undefined} rules
 */
function findingBlock(finding, { open, timeless }, report, actions, rules) {
  const all = finding.evidence.length < LINES_KEPT;
  const hosts = all ? new Set(finding.evidence.flatMap((each) => each.host ?? [])).size : 0;
  const facts = [
    finding.count > 1 && `${finding.count}\u00d7`,
    hosts > 1 && plural(hosts, 'host'),
    timeless && WORDS.timeless,
    CONFIDENCE[finding.confidence],
  ];
  return h(
    'details',
    { class: 'find', id: `finding-${finding.id}`, open },
    h(
      'summary',
      null,
      // Who goes from heading to heading hears how bad it is; said twice it would be in the way.
      Object.assign(severity(finding.severity), { ariaHidden: 'true' }),
      h('h3', { class: 'ti' }, h('span', { class: 'vh' }, `${SEVERITY[finding.severity]}: `), unbroken(finding.title)),
      h('span', { class: 'me' }, facts.filter(Boolean).join(' \u00b7 ')),
    ),
    h(
      'div',
      { class: 'fb' },
      h(
        'dl',
        null,
        part(EVIDENCE.what, finding.what),
        part(EVIDENCE.why, finding.why),
        part(EVIDENCE.whatToDo, finding.whatToDo),
        h('dt', null, EVIDENCE.rule),
        h(
          'dd',
          { class: 'rule' },
          ruleLink(finding.id, rules),
          finding.references.length > 0 &&
            h(
              'details',
              { class: 'refs', id: `refs-${finding.id}` },
              h('summary', null, plural(finding.references.length, 'source')),
              h(
                'ul',
                null,
                finding.references.map((text) => h('li', null, reference(text))),
              ),
            ),
        ),
      ),
      finding.evidence.length > 0 &&
        h(
          'div',
          { class: 'evs' },
          groups(finding).map((group) => excerpt(group, finding, report, actions)),
        ),
    ),
  );
}

/**
 * @param {string} title
 * @param {string} text
 */
function part(title, text) {
  return text ? [h('dt', null, title), h('dd', null, sentence(text))] : [];
}

/** @param {string} id @param {((id: string) => string) | undefined} rules */
function ruleLink(id, rules) {
  const code = h('code', null, id);
  if (!rules) return code;
  const href = rules(id);
  return h('a', href.startsWith('#') ? { href } : { href, rel: 'noreferrer', target: '_blank' }, code);
}

/** @param {string} text */
function reference(text) {
  return text.startsWith('https://') && !/\s/.test(text)
    ? h('a', { href: text, rel: 'noreferrer', target: '_blank' }, text)
    : h('code', null, text);
}

/** @typedef {Finding['evidence'][number] & { notes: Set<string> }} Line one line of a text, with all that is said of it */

/** By document, in the order of their lines. @param {Finding} finding */
function groups(finding) {
  /** @type {Map<string, Line[]>} */
  const byDocument = new Map();
  for (const each of finding.evidence.slice(0, LINES_SHOWN)) {
    const lines = byDocument.get(each.document) ?? [];
    byDocument.set(each.document, lines);
    const line = lines.find((other) => other.line === each.line && other.text === each.text);
    const notes = line?.notes ?? new Set();
    const { note } = each;
    if (note && ![finding.what, finding.title].some((said) => sameWords(said, note))) notes.add(note);
    if (!line) lines.push({ ...each, notes });
  }
  return [...byDocument.values()].map((lines) => lines.sort((a, b) => a.line - b.line));
}

/**
 * @param {Line[]} lines
 * @param {Finding} finding
 * @param {Report} report
 * @param {Actions} actions
 */
function excerpt(lines, finding, report, actions) {
  const primary = finding.evidence[0];
  const first = lines.find((each) => each.line === primary.line && each.document === primary.document) ?? lines[0];
  const name = report.documents.find((doc) => doc.id === first.document)?.name ?? first.document;
  const all = finding.evidence.filter((each) => each.document === first.document).map((each) => each.line);
  const more = new Set(all).size - lines.length;
  return h(
    'div',
    { class: 'ev' },
    h(
      'div',
      { class: 'cap' },
      h('span', null, `${name}, ${lines.length === 1 ? `line ${first.line}` : plural(lines.length, 'line')}`),
      h(
        'button',
        {
          class: 'link',
          type: 'button',
          onclick: () => actions.show(first.document, first, finding),
          'aria-label': EVIDENCE.showAt(first.line, name),
        },
        EVIDENCE.show,
      ),
    ),
    h(
      'ol',
      { class: 'code' },
      lines.map((each) =>
        h(
          'li',
          { class: `l${each === first ? ' hit' : ''}` },
          h(
            'button',
            {
              class: 'n link',
              type: 'button',
              onclick: () => actions.show(each.document, each, finding),
              'aria-label': EVIDENCE.showLine(each.line),
            },
            each.line,
          ),
          h(
            'span',
            { class: 't', translate: 'no' },
            each.text,
            [...each.notes].map((note) => h('span', { class: 'say', translate: 'yes' }, sentence(note))),
          ),
        ),
      ),
    ),
    more > 0 && h('p', { class: 'more' }, EVIDENCE.more(more), h('span', null, EVIDENCE.marked)),
  );
}
