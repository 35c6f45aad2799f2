// The compact form for a wiki: the sentence and the values, with the whole report one click away.

import { copyLabel, nameOf } from './answer/patch.js';
import { alikeRows, costInShort, keptAlike } from './answer/values.js';
import { notSaid, severity } from './answer/verdict.js';
import { columns, h, icon, sentence, shortName, unbroken, words } from './dom.js';
import { timingOf, VALUES, WORDS } from './strings.js';

/** @typedef {import('./types.js').Report} Report */
/** @typedef {import('./types.js').Actions} Actions */

/**
 * @param {Report} report
 * @param {Actions} actions
 */
export function compactAnswer(report, actions) {
  const timing = timingOf(report);
  const patch = report.patches.find((each) => each.text);
  const name = nameOf(report.documents.find((each) => each.id === patch?.document)?.name ?? '', patch?.text);
  const take = (/** @type {string} */ text, /** @type {Event} */ event) => {
    actions.copy(text, WORDS.copied, event);
    actions.taken({ document: patch?.document ?? null, name, form: 'patch', text });
  };
  return h(
    'div',
    { class: 'verdict short', id: 'verdict' },
    h(
      'div',
      { class: 'sevline' },
      severity(report.verdict.severity),
      h('span', { class: `sev ${timing.tone}` }, icon(timing.icon), timing.words),
    ),
    h('h1', { id: 'headline', tabindex: -1 }, unbroken(report.verdict.headline)),
    report.recommendations.length > 0
      ? values(report)
      : [
          report.verdict.why &&
            h('p', { class: 'q because' }, unbroken(notSaid(report.verdict.why, report.verdict.headline))),
          firstStep(report),
        ],
    h(
      'div',
      { class: 'btns' },
      patch?.text &&
        h(
          'button',
          {
            class: 'pri',
            type: 'button',
            id: 'copy-patch-0',
            onclick: (/** @type {Event} */ event) => take(patch.text ?? '', event),
          },
          copyLabel(patch),
        ),
      h(
        'button',
        { type: 'button', id: 'unfold', onclick: () => actions.unfold() },
        report.rollout.length > 0 ? WORDS.unfold : WORDS.fullReport,
      ),
      h('button', { type: 'button', id: 'other-input', onclick: () => actions.clear() }, WORDS.otherInput),
      h('span', { class: 's q' }, WORDS.sendsNothing),
    ),
  );
}

/** Where no value is to change: what to look at instead. @param {Report} report */
function firstStep(report) {
  const [step] = report.measureNext;
  return (
    step &&
    h(
      'div',
      { class: 'first' },
      h('p', null, h('b', null, WORDS.firstStep), ' ', sentence(step.text)),
      step.commands.map((command) => h('code', { class: 'cmd' }, words(command))),
    )
  );
}

/** @param {Report} report */
function values(report) {
  const alike = alikeRows(report.kept);
  const [parameter, now, proposed, , cost] = VALUES.columns;
  return h(
    'table',
    { class: 'vals', 'aria-labelledby': 'headline' },
    columns(parameter, now, proposed, cost),
    h(
      'tbody',
      null,
      [...report.recommendations, ...report.kept.filter((row) => !alike.flat().includes(row))].map((row) =>
        h(
          'tr',
          { 'data-parameter': row.parameter, class: row.direction === 'keep' ? 'kept' : '' },
          h('th', { scope: 'row' }, h('span', { class: 'p', translate: 'no' }, shortName(row.parameter))),
          h('td', { class: 'v c-n', 'data-l': now }, unbroken(row.current.text)),
          h(
            'td',
            { class: 'v c-p', 'data-l': proposed },
            h(
              'span',
              { class: row.direction === 'keep' ? 'keep' : 'new', 'data-proposed': row.parameter },
              unbroken(row.proposedText),
            ),
            ' ',
            h('span', { class: 'q s' }, row.direction),
          ),
          h('td', { class: 'cost', 'data-l': cost }, costInShort(row)[0]),
        ),
      ),
      alike.map((rows) => keptAlike(rows, 4)),
    ),
  );
}
