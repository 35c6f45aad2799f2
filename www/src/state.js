// What the page knows when it knows nothing.

/** @type {() => import('./types.js').State} */
export const empty = () => ({
  documents: [],
  assumptions: {},
  report: undefined,
  reported: [],
  inPart: '',
  shared: undefined,
  removed: undefined,
  unread: [],
  badLink: undefined,
  error: undefined,
  working: false,
  late: false,
  progress: undefined,
  source: undefined,
  looked: undefined,
  editing: undefined,
  editorFirst: false,
  plain: false,
  unfolded: false,
  span: undefined,
});
