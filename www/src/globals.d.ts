/** The bundled worker, put in by build.mjs. */
declare const WORKER_SOURCE: string;
declare module '*.css' {
  const text: string;
  export default text;
}
