// The proposed values: now and where from, proposed, why, what it costs. Kept ones stay in grey.

import { withBasis } from '../../npm/tell.js';
import { columns, h, heading, shortName, unbroken } from '../dom.js';
import { HOW_SURE, MEANS, PROVENANCE, VALUES, WORDS } from '../strings.js';

/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').Recommendation} Recommendation */
/** @typedef {import('../types.js').Actions} Actions */

/** Letters of a price that stand open: four or five lines of its column. */
const COST_SHOWN = 140;

/**
 * @param {Report} report
 * @param {Actions} actions
 * @param {Set<string>} [written] parameters whose proposed value stands in the file by now
 */
export function valuesTable(report, actions, written) {
  const counts = `${word(report.recommendations.length)} ${VALUES.toChange}, ${word(report.kept.length).toLowerCase()} ${VALUES.toKeep}.`;
  const changed = report.recommendations;
  const doubted = changed.some((row) => row.confidence !== 'high') && VALUES.rowsSayWhy;
  const remark = [counts, howSure(changed), doubted, linesRemark(report)].filter(Boolean).join(' ');
  return h(
    'div',
    null,
    heading('values-title', WORDS.values, remark),
    valuesRows(report, actions, 'values-title', written),
  );
}

/** How sure the changed values are; of which one it is said where they differ. @param {Recommendation[]} changed */
export function howSure(changed) {
  const sure = [...new Set(changed.map((row) => row.confidence))];
  const of = (/** @type {string} */ confidence) => changed.filter((row) => row.confidence === confidence);
  const names = (/** @type {string} */ confidence) => of(confidence).map((row) => shortName(row.parameter));
  const told = sure.map((each) => HOW_SURE[each] + (sure.length > 1 ? ` (${names(each).join(', ')})` : ''));
  return changed.length > 0 && VALUES.howSure(told.join(', '));
}

/**
 * @param {Report} report
 * @param {Actions} actions
 * @param {string} title id of what names the table
 * @param {Set<string>} [written]
 */
export function valuesRows(report, actions, title, written) {
  const alike = alikeRows(report.kept);
  return h(
    'table',
    { class: 'vals', 'aria-labelledby': title },
    columns(...VALUES.columns),
    h(
      'tbody',
      null,
      [...report.recommendations, ...report.kept.filter((row) => !alike.flat().includes(row))].map((row) =>
        valueRow(row, report, actions, written?.has(row.parameter) ?? false),
      ),
      alike.map((rows) => keptAlike(rows, 5)),
    ),
  );
}

/** Defaults that stay for one and the same reason and cost nothing, as where fleet is not in the input. @param {Recommendation[]} kept */
export function alikeRows(kept) {
  /** @type {Map<string, Recommendation[]>} */
  const byReason = new Map();
  for (const row of kept) {
    const reason = row.because[0]?.text;
    if (row.current.evidence || !/^(Nothing\.)?$/.test(row.cost) || !reason) continue;
    byReason.set(reason, [...(byReason.get(reason) ?? []), row]);
  }
  return [...byReason.values()].filter((rows) => rows.length > 1);
}

/** One row for them: the reason is said once. @param {Recommendation[]} rows @param {number} columns */
export function keptAlike(rows, columns) {
  const values = rows.map((row) => `${shortName(row.parameter)} ${row.current.text}`).join(', ');
  const text = `${WORDS.keptAlike} ${values}. ${rows[0].because[0].text}`;
  return h('tr', null, h('td', { class: 'alike', colspan: columns }, unbroken(text)));
}

/** The documents in which the values stand. @param {Report} report */
function homes(report) {
  const rows = [...report.recommendations, ...report.kept];
  const ids = new Set(rows.flatMap((row) => row.current.evidence?.document ?? []));
  return report.documents.filter((doc) => ids.has(doc.id)).map((doc) => endOfPath(doc.name, report));
}

/** The end of a document's path that no other one has, as the engine names it. @param {string} name @param {Report} report */
function endOfPath(name, { documents }) {
  const folders = name.split('/');
  const ends = folders.map((_, at) => folders.slice(at).join('/')).reverse();
  const alone = (/** @type {string} */ end) => documents.filter((doc) => `/${doc.name}`.endsWith(`/${end}`)).length < 2;
  return ends.find(alone) ?? name;
}

/** Of several documents, whose lines are meant: said once where it is one. @param {Report} report */
export function linesRemark(report) {
  const names = homes(report);
  return report.documents.length > 1 && names.length === 1 ? `${WORDS.linesAreOf} ${names[0]}.` : '';
}

/**
 * @param {Recommendation} row
 * @param {Report} report
 * @param {Actions} actions
 * @param {boolean} written
 */
function valueRow(row, report, actions, written) {
  const keep = row.direction === 'keep';
  const [, now, proposed, why] = VALUES.columns;
  const [first, ...more] = row.because;
  return h(
    'tr',
    { 'data-parameter': row.parameter },
    h(
      'th',
      { scope: 'row' },
      h('span', { class: 'p', translate: 'no' }, shortName(row.parameter)),
      h('span', { class: 'sub' }, row.parameter.split('.')[0]),
      h('span', { class: 'sub' }, MEANS[shortName(row.parameter)]),
    ),
    h(
      'td',
      { class: 'v c-n', 'data-l': now },
      unbroken(row.current.text),
      h('span', { class: 'sub' }, from(row.current, report, actions)),
    ),
    h(
      'td',
      { class: 'v c-p', 'data-l': proposed },
      h(
        'span',
        { class: keep ? 'keep' : 'new', 'data-proposed': row.parameter },
        keptUnknown(row) ? '–' : unbroken(row.proposedText),
      ),
      h('span', { class: 'sub' }, row.direction),
      written && h('span', { class: 'sub okc' }, WORDS.inFile),
    ),
    h(
      'td',
      { class: 'why', 'data-l': why },
      first && h('p', null, unbroken(first.text)),
      moreDetails(row, first, more, restsOn(row, report, actions)),
    ),
    costCell(row),
  );
}

/**
 * Folds of one name stand in every row: who hears them is told whose they are.
 * @param {string} text
 * @param {Recommendation} row
 */
function foldName(text, row) {
  return h('summary', null, text, h('span', { class: 'vh' }, ` (${shortName(row.parameter)})`));
}

/** A price is read at a glance: the beginning is shown, the rest is folded. @param {Recommendation} row */
function costCell(row) {
  const [short, more] = costInShort(row);
  return h(
    'td',
    { class: 'cost', 'data-l': VALUES.columns[4] },
    h('p', null, short),
    more.length > 0 &&
      h(
        'details',
        { id: `cost-${row.parameter}` },
        foldName(WORDS.alsoCosts, row),
        more.map((text) => h('p', null, text)),
      ),
  );
}

/** One or two sentences of the price, and the others. @param {Recommendation} row @returns {[string, string[]]} */
export function costInShort(row) {
  const sentences = unbroken(row.cost || VALUES.nothing).split(/(?<=\.) (?=\p{Lu}|fleet |etcd )/u);
  let shown = 1;
  while (shown < sentences.length && sentences.slice(0, shown + 1).join(' ').length <= COST_SHOWN) shown++;
  return [sentences.slice(0, shown).join(' '), sentences.slice(shown)];
}

/** A value that a template fills in stays, whatever it is. @param {Recommendation} row */
function keptUnknown(row) {
  return row.direction === 'keep' && row.current.value === null;
}

/**
 * @param {Recommendation['current']} current
 * @param {Report} report
 * @param {Actions} actions
 */
function from(current, report, actions) {
  const { evidence } = current;
  if (!evidence) return PROVENANCE[current.provenance];
  const name = report.documents.find((each) => each.id === evidence.document)?.name ?? '';
  const line = VALUES.line(evidence.line);
  const place = homes(report).length > 1 ? `${endOfPath(name, report)}, ${line}` : line;
  return h(
    'button',
    {
      class: 'link',
      type: 'button',
      onclick: () => actions.show(evidence.document, evidence),
      'aria-label': VALUES.show(place),
    },
    place,
  );
}

/**
 * The findings that ask for the value, each a way to its lines.
 * @param {Recommendation} row
 * @param {Report} report
 * @param {Actions} actions
 */
function restsOn(row, report, actions) {
  const findings = report.findings.filter((each) => row.findings.includes(each.id));
  if (row.direction === 'keep' || findings.length === 0) return null;
  return [
    h('p', null, `${WORDS.restsUpon}:`),
    h(
      'ul',
      null,
      findings.map((each) =>
        h(
          'li',
          null,
          h('button', { class: 'link', type: 'button', onclick: () => actions.finding(each.id) }, unbroken(each.title)),
        ),
      ),
    ),
  ];
}

/**
 * @param {Recommendation} row
 * @param {Recommendation['because'][number] | undefined} first
 * @param {Recommendation['because']} more
 * @param {HTMLElement[] | null} findings
 */
function moreDetails(row, first, more, findings) {
  const basis = first && VALUES.basis(first.basis, HOW_SURE[row.confidence]);
  if (!basis && row.neighbours.length === 0) return null;
  return h(
    'details',
    { id: `why-${row.parameter}` },
    foldName(row.neighbours.length > 0 ? WORDS.whyNot : WORDS.basis, row),
    row.neighbours.map((text) => h('p', null, unbroken(text))),
    more.map((bound) => h('p', null, unbroken(withBasis(bound)))),
    basis && h('p', null, basis),
    findings,
  );
}

/** @param {number} count */
function word(count) {
  return VALUES.counts[count] ?? String(count);
}
