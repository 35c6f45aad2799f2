/** The bundled worker, put in by build.mjs. */
declare const WORKER_SOURCE: string;
declare module '*.css' {
  const text: string;
  export default text;
}
/** What the offline copy holds, put in by build.mjs. */
declare const FILES: string[];
/** A hash over all of it. */
declare const VERSION: string;
