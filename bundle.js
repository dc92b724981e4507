// The program in a few files. Node takes half a millisecond for each module that it loads, and a run needs up to 200 of
// ours: one by one, they would take longer to load than most runs have work to do.
import { rolldown } from 'rolldown';

const THREAD = 'src/sources/cloudtrail/threads/log-worker.ts';

/** Packages stay where npm puts them. */
const isPackage = (/** @type {string} */ id) => !/^(?:\.|\/|src\/|[A-Z]:)/.test(id);

const INPUT = /** @type {const} */ ({
  platform: 'node',
  external: isPackage,
  checks: { ineffectiveDynamicImport: false }, // of a module that another of the same file needs at once
});
const OUTPUT = /** @type {const} */ ({ dir: 'dist', format: 'esm' });

/**
 * What every run loads. Without the entry: it waits for files that need these, and they would wait for it.
 *
 * @type {import('rolldown').CodeSplittingGroup}
 */
const START = {
  name: 'start',
  tags: ['$initial'],
  test: (id) => !id.endsWith('bin.ts'),
  priority: 9,
};

/** What is loaded from so many places has a file with what is loaded along with it. */
const SHARED_BY = 6;

/**
 * These files, the first of which takes what it can have. Anything else goes into files by who loads it.
 *
 * @type {import('rolldown').CodeSplittingGroup[]}
 */
const SHARED = [
  ['errors', /src.(?:hints|run.reporter)\.ts$/],
  ['shared', /src.(?!aws|package|sources.(?!broken)|model.(?:role-call|policy|ocsf))/],
  ['trail', /src.(?:sources.(?:cloudtrail|redacted)|model.role-call|package)/],
  ['aws', /src.aws/],
].map(([name, test], at) => ({
  name: (id, context) => (needsPackage(id, context) ? null : String(name)),
  debugName: String(name),
  test,
  minShareCount: SHARED_BY,
  priority: 8 - at,
}));

/**
 * Does a module import a package, or another module that does? In a file that runs share, it would have all of them
 * load that package.
 *
 * @param {string} id
 * @param {import('rolldown').ChunkingContext} context
 * @returns {boolean}
 */
function needsPackage(id, context, seen = new Set()) {
  if (id.startsWith('node:') || seen.has(id)) return false;
  seen.add(id);
  const module = isPackage(id) ? null : context.getModuleInfo(id);
  return module?.importedIds.some((other) => needsPackage(other, context, seen)) ?? true;
}

/** Puts the program into `dist`, its entry as `bin.js`; and what it starts as a thread, which is one file. */
export async function bundle() {
  const program = await rolldown({ ...INPUT, input: { bin: 'src/bin.ts' } });
  await program.write({
    ...OUTPUT,
    entryFileNames: '[name].js',
    chunkFileNames: 'program/[name]-[hash].js',
    codeSplitting: { groups: [START, ...SHARED] },
  });
  const thread = await rolldown({ ...INPUT, input: { 'log-worker': THREAD } });
  await thread.write({ ...OUTPUT, entryFileNames: 'program/[name].js', codeSplitting: false });
}
