import { ExitCode, SinkError, UsageError, describe, exitCodeFor } from './errors.js';
import type { LakeList } from './options/check/lake-table-options.js';
import type { EventOptions } from './options/check/event-options.js';
import type { RunOptions } from './options/check/output-options.js';
import { readRequest } from './options/read/request.js';
import type { Done, Run, World } from './run/run.js';
import { VERSION } from './package/version.js';

/**
 * The program, from its arguments to its exit code. Writes rows, help and nothing else to standard output;
 * what is wrong to standard error, one line and perhaps a hint.
 */
export async function main(argv: readonly string[], world: World): Promise<ExitCode> {
  try {
    return await dispatch(argv, world);
  } catch (caught) {
    // Whatever fails once the run is interrupted fails because of that.
    const error: unknown = world.signal.aborted ? world.signal.reason : caught;
    const [{ Reporter }, { hintFor }] = await Promise.all([
      import('./run/reporter.js'),
      import('./hints.js'),
    ]);
    const reporter = new Reporter(world.stderr, { quiet: false, verbose: false, progress: false });
    const message = describe(error);
    if (message === undefined) reporter.stack(stackOf(error));
    else if (error instanceof UsageError)
      reporter.problems(error.option, error.message, error.hint);
    else reporter.error(message, hintFor(error));
    return exitCodeFor(error);
  }
}

/** Nothing is loaded that the command does not need. */
async function dispatch(argv: readonly string[], world: World): Promise<ExitCode> {
  const { env, now } = world;
  const width = world.stdout.columns ?? 80;
  const request = await readRequest(argv, env, VERSION, width, world.signal);
  if (request.kind === 'text') {
    world.stdout.write(`${request.text}\n`);
    return ExitCode.Clean;
  }
  if (request.kind === 'nothing') {
    world.stderr.write(`${request.help}\n`);
    return ExitCode.Usage;
  }
  if (request.given.has('identity-pattern')) await world.boundPatterns?.();
  switch (request.name) {
    case 'export': {
      if (request.what === 'sessions') {
        const { checkExport } = await import('./options/check/session-options.js');
        const options = checkExport(request.given, env, now);
        refuseGone(options.output, world);
        world.boundHeap?.();
        const { exportSessions } = await import('./commands/export.js');
        return run(options.run, world, (started) => exportSessions(options, started));
      }
      if (request.what === 'events') {
        const { checkEvents } = await import('./options/check/event-options.js');
        const options = checkEvents(request.given, env, now);
        refuseGone(options.output, world);
        // Parquet and partitions hold rows; what streams is read faster without.
        const { format, partitionBy } = options.output;
        if (partitionBy !== undefined || format === 'parquet' || format === 'ocsf') {
          world.boundHeap?.();
        }
        const { exportEvents } = await import('./commands/export-events.js');
        return runOrExplain(options, world, exportEvents, false);
      }
      world.boundHeap?.();
      const { checkVerdicts } = await import('./options/check/audit-options.js');
      const options = await checkVerdicts(request.given, env, now);
      refuseGone(options.output, world);
      const { exportVerdicts } = await import('./commands/export-verdicts.js');
      return runOrExplain(options, world, exportVerdicts, false);
    }
    case 'server-sessions': {
      const { checkServerSessions } = await import('./options/check/session-options.js');
      const options = checkServerSessions(request.given, env, now);
      refuseGone(options.output, world);
      const { serverSessions } = await import('./commands/server-sessions.js');
      return run(options.run, world, (started) => serverSessions(options, started));
    }
    case 'untracked-sessions': {
      world.boundHeap?.();
      const { checkUntracked } = await import('./options/check/audit-options.js');
      const options = await checkUntracked(request.given, env, now);
      const { untrackedSessions } = await import('./commands/untracked-sessions.js');
      return runOrExplain(options, world, untrackedSessions, true);
    }
    case 'session-compliance': {
      const { checkCompliance, checkPolicy } = await import('./options/check/audit-options.js');
      if (request.given.flag('explain-policy')) {
        const read = await checkPolicy(request.given, env);
        const { explainPolicy } = await import('./commands/explain-policy.js');
        return run(read.run, world, (started) => explainPolicy(read, started));
      }
      world.boundHeap?.();
      const { sessionCompliance } = await import('./commands/session-compliance.js');
      const options = await checkCompliance(request.given, env, now);
      return runOrExplain(options, world, sessionCompliance, true);
    }
    case 'archive': {
      const { checkArchive } = await import('./options/check/archive-options.js');
      const options = checkArchive(request.given, env);
      const { archive } = await import('./commands/archive.js');
      return run(options.run, world, (started) => archive(options, started));
    }
    case 'lake-table': {
      const { checkLakeTable } = await import('./options/check/lake-table-options.js');
      const list = request.what as LakeList;
      const options = checkLakeTable(request.given, env, now, list);
      refuseGone(options, world);
      const { lakeTable } = await import('./commands/lake-table.js');
      return run(options.run, world, (started) => lakeTable(options, started));
    }
    case 'athena-table': {
      const { checkAthenaTable } = await import('./options/check/athena-options.js');
      const options = checkAthenaTable(request.given, env, now);
      refuseGone(options, world);
      const { athenaTable } = await import('./commands/athena-table.js');
      return run(options.run, world, (started) => athenaTable(options, started));
    }
  }
}

async function run(
  options: RunOptions,
  world: World,
  work: (run: Run) => Promise<Done>,
): Promise<ExitCode> {
  return (await import('./run/run.js')).run(options, { ...world, version: VERSION }, work);
}

/** Of these commands the output is all: where nobody sees it, success would be a lie. @throws SinkError */
function refuseGone({ out }: { readonly out: string | undefined }, { isOutputGone }: World): void {
  if (out !== undefined || isOutputGone !== true) return;
  throw new SinkError('standard output is closed', { hint: 'name a file: --out FILE' });
}

/** With `--explain`, what Athena would be asked; else the work itself. */
async function runOrExplain<O extends EventOptions>(
  options: O,
  world: World,
  work: (options: O, run: Run) => Promise<Done>,
  isAudit: boolean,
): Promise<ExitCode> {
  if (!options.explain) return run(options.run, world, (started) => work(options, started));
  const { explainAthena } = await import('./commands/explain-athena.js');
  return run(options.run, world, (started) => explainAthena(options, isAudit, started));
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
