// The program in a few files, with the packages that it uses. Node takes half a millisecond for each module that it
// loads, and a run needs up to 200 of ours: one by one, they would take longer to load than most runs have work to do.
// Half of the SDK is what no run uses, and is left out.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { rolldown } from 'rolldown';
import { licensesOf } from './licenses.js';

const THREAD = 'src/sources/cloudtrail/threads/log-worker.ts';

const INPUT = /** @type {const} */ ({
  platform: 'node',
  // Of the SDK, its modules rather than its bundles: what nobody uses can be left out.
  resolve: { mainFields: ['module', 'main'], conditionNames: ['module', 'node', 'import'] },
  checks: { ineffectiveDynamicImport: false }, // of a module that another of the same file needs at once
});
const OUTPUT = /** @type {const} */ ({ dir: 'dist', format: 'esm' });

/** Is a module one of those here? Wherever this repository lies. */
const isOf = (/** @type {RegExp} */ place) => (/** @type {string} */ id) =>
  place.test(relative('.', id).replaceAll('\\', '/'));

/**
 * What every run loads. Without the entry: it waits for files that need these, and they would wait for it.
 *
 * @type {import('rolldown').CodeSplittingGroup}
 */
const START = {
  name: 'start',
  tags: ['$initial'],
  test: isOf(/^(?!src\/bin\.ts$)/),
  priority: 9,
};

const isOurs = isOf(/^src\//);

/** What is loaded from so many places has a file with what is loaded along with it. */
const SHARED_BY = 6;

/**
 * These files, the first of which takes what it can have. Anything else goes into files by who loads it.
 *
 * @type {import('rolldown').CodeSplittingGroup[]}
 */
const SHARED = [
  { name: 'errors', place: /^src\/(?:hints|run\/reporter)\.ts$/ },
  {
    name: 'shared',
    place: /^src\/(?!aws|package|sources\/(?!broken)|model\/(?:role-call|policy|ocsf))/,
  },
  { name: 'trail', place: /^src\/(?:sources\/(?:cloudtrail|redacted)|model\/role-call|package)/ },
  { name: 'aws', place: /^src\/aws/ },
].map(({ name, place }, at) => ({
  name: (id, context) => (needsPackage(id, context) ? null : name),
  debugName: name,
  test: isOf(place),
  minShareCount: SHARED_BY,
  priority: 8 - at,
}));

/**
 * The SDK, as far as all its clients need it.
 *
 * @type {import('rolldown').CodeSplittingGroup}
 */
const SDK = {
  name: 'sdk',
  test: isOf(/^node_modules\/@(?:aws|aws-sdk|smithy)\//),
  minShareCount: SHARED_BY,
  priority: 1,
};

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
  const module = isOurs(id) ? context.getModuleInfo(id) : null;
  return module?.importedIds.some((other) => needsPackage(other, context, seen)) ?? true;
}

/**
 * Puts the program into `dist`, its entry as `bin.js`; what it starts as a thread, which is one file; and the licences
 * of the packages in both.
 */
export async function bundle() {
  const program = await rolldown({ ...INPUT, input: { bin: 'src/bin.ts' } });
  const ofProgram = await program.write({
    ...OUTPUT,
    entryFileNames: '[name].js',
    chunkFileNames: 'program/[name]-[hash].js',
    codeSplitting: { groups: [START, ...SHARED, SDK] },
  });
  const thread = await rolldown({ ...INPUT, input: { 'log-worker': THREAD } });
  const ofThread = await thread.write({
    ...OUTPUT,
    entryFileNames: 'program/[name].js',
    codeSplitting: false,
  });
  const files = [...ofProgram.output, ...ofThread.output];
  const modules = files.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  writeFileSync('dist/program/LICENSES.txt', licensesOf(modules));
}
