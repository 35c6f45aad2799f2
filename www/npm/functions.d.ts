// Types of `timing-advisor`. Input and report are written from the engine's own types.

/** What the engine's bytes can come as: bytes, a compiled module, a response, or an address. */
export type EngineSource = BufferSource | WebAssembly.Module | Response | URL | string;

/**
 * Loads the engine. Only needed where the module cannot find `timing_advisor_bg.wasm` beside
 * itself, as in a bundle or a single file.
 */
export function init(source?: EngineSource | PromiseLike<EngineSource>): Promise<void>;

/** Reads configurations and logs, and answers with a report. Nothing is sent anywhere. */
export function analyze(input: Input): Promise<Report>;

/** The texts of every rule: why it matters, what to do, its sources. */
export function rules(): Promise<Rule[]>;

/** One rule. Its id is the id of its finding. */
export interface Rule {
  /** Finding id. */
  id: string;
  /** Why such a thing matters. */
  why: string;
  /** What to do about it. */
  whatToDo: string;
  /** `repo@tag:path:line` and documents. */
  references: string[];
}

/** The same analysis for texts that arrive in pieces, such as large files. */
export class Session {
  /** Starts a session; this loads the engine where needed. */
  static start(options?: { assumptions?: Assumptions }): Promise<Session>;
  private constructor();
  /** Adds a document and tells its number. */
  open(name?: string): number;
  /** Forgets what was read of a document, so that it can be fed anew; the others stay as they were read. */
  reopen(document: number, name?: string): void;
  /** Takes a document out; the others stay as they were read, and keep their numbers. */
  remove(document: number): void;
  /** Feeds the next bytes of a document: UTF-8, cut anywhere. */
  push(document: number, bytes: Uint8Array): void;
  /** Adds a document and feeds all of a stream to it, for example `file.stream()`. */
  read(
    name: string | undefined,
    stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<number>;
  /** How much was read so far. */
  counts(): Counts;
  /** The report on what was read so far. Asked again with other assumptions, nothing is read again. */
  report(assumptions?: Assumptions): Report;
  /** Ends the session and answers with its report. */
  finish(): Report;
}

/** How much a session has read so far. */
export interface Counts {
  /** Bytes, over all documents. */
  bytes: number;
  /** Lines. */
  lines: number;
  /** Lines that a signature recognised. */
  recognised: number;
  /** Messages kept so far, by kind of mark: `late-heartbeat`, `leader-change`, ... */
  signs: { kind: string; count: number }[];
}
