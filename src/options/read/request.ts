import { optionOf } from '../definitions/commands/command.js';
import { ASK_COMPLETIONS, COMMANDS, type CommandName } from '../definitions/commands.js';
import { parseArguments } from './arguments.js';
import { readConfig } from './config-file.js';
import { readEnvironment } from './environment.js';
import { GivenOptions } from './given-options.js';
import type { Environment } from './settings.js';

/** What is asked for: a command with its options, a text to print, or nothing at all. */
export type Request =
  | {
      readonly kind: 'command';
      readonly name: CommandName;
      /** What the command works on; empty for a command that has no such word. */
      readonly what: string;
      readonly given: GivenOptions;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing'; readonly help: string };

/**
 * What the command line, the environment and the config file ask for together; the first of them that gives
 * an option wins. The last two may contain options of other commands.
 *
 * @param signal stops the reading of files.
 * @throws UsageError
 */
export async function readRequest(
  argv: readonly string[],
  env: Environment,
  version: string,
  width: number,
  signal?: AbortSignal,
): Promise<Request> {
  if (argv[0] === ASK_COMPLETIONS) {
    const { completionLines } = await import('../completion/completions.js');
    return { kind: 'text', text: await completionLines(argv.slice(1), env) };
  }
  const request = await parseArguments(argv, version, width);
  if (request.kind !== 'command') return request;
  const { name, subject, settings } = request;
  const environment = readEnvironment(env);
  const path = new GivenOptions([settings, environment]).text('config');
  const config = await readConfig(path, env, signal);
  const given = new GivenOptions([settings, environment, config], {
    definitionOf: (option) => optionOf(option, COMMANDS[name], subject),
    signal,
  });
  return { kind: 'command', name, what: subject, given };
}
