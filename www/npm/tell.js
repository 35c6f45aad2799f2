// How the page and the command tell what a report says.

/** A bound with what it rests on; some sentences say that themselves, and a remark bounds nothing. @param {{ text: string, basis: string, side: string }} bound */
export function withBasis({ text, basis, side }) {
  return side === 'note' || /\(\w+\)\.?$/.test(text) ? text : `${text} (${basis})`;
}

/**
 * The findings as they are told: the one that the verdict speaks of, then the others as they come.
 *
 * @template {{ id: string }} Finding
 * @param {Finding[]} findings
 * @param {string | null} id of the finding that the headline tells
 */
export function tellingFirst(findings, id) {
  const told = findings.find((each) => each.id === id);
  return told ? [told, ...findings.filter((each) => each !== told)] : findings;
}
