import { parseArguments } from './arguments.js';
import { GivenOptions } from './given-options.js';
import type { CommandName } from '../definitions/commands.js';
import { type Environment, readConfig, readEnvironment } from './settings.js';

/** What is asked for: a command with what was said for it, a text to print, or nothing at all. */
export type Request =
  | {
      readonly kind: 'command';
      readonly name: CommandName;
      readonly what: string;
      readonly given: GivenOptions;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing'; readonly help: string };

/**
 * What the command line, the environment and the config file ask for together, in this order of weight.
 * Options that other commands have may stand in the last two.
 *
 * @throws UsageError
 */
export async function readRequest(
  argv: readonly string[],
  env: Environment,
  version: string,
  width: number,
): Promise<Request> {
  const request = await parseArguments(argv, version, width);
  if (request.kind !== 'command') return request;
  const environment = readEnvironment(env);
  const path = new GivenOptions([request.given, environment]).text('config');
  const config = await readConfig(path, env);
  const given = new GivenOptions([request.given, environment, config]);
  return { kind: 'command', name: request.name, what: request.what, given };
}
