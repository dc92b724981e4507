/** Where the build puts the module of WebAssembly: seen from this folder, and from every folder of `dist` alike. */
export const OTHER_CALLS_FILE = new URL('../../dist/other-calls.wasm', import.meta.url);
