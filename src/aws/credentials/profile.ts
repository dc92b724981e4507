import { loadSharedConfigFiles } from '@smithy/core/config';
import { ConfigurationError } from '../../errors.js';
import { suggestion } from '../../suggestion.js';
import type { Environment } from '../environment.js';

/** A section of the user's AWS files: key → value; a nested key has its parent's before a dot. */
export type Section = Readonly<Record<string, string | undefined>>;

/** The AWS profile in use, and what stands beside it in the user's files. */
export interface Profile {
  /** Undefined where none was named: the settings are those of `default` then. */
  readonly name: string | undefined;
  /** The variable that named it; undefined where an option did, or nothing. */
  readonly variable: string | undefined;
  /** Its keys in the config file and the credentials file; the latter win, as in the AWS CLI. */
  readonly settings: Section;
  /** Every profile of both files. */
  readonly profiles: Readonly<Record<string, Section>>;
  /** Sections of the config file that are no profiles, as `services.local` and `sso-session.corp`. */
  readonly sections: Readonly<Record<string, Section>>;
  /** Where the files are, for messages. */
  readonly files: AwsFiles;
  /** The same where the environment is known; else empty, and the SDK looks where the process says. */
  readonly init: Partial<AwsFiles>;
}

/** Where the user's AWS files are. */
interface AwsFiles {
  readonly configFilepath: string;
  readonly filepath: string;
}

const USUAL_FILES: AwsFiles = {
  configFilepath: '~/.aws/config',
  filepath: '~/.aws/credentials',
};

/**
 * The profile that is in use: the one given, else that of `AWS_DEFAULT_PROFILE`, else that of `AWS_PROFILE`;
 * of the two variables the AWS CLI takes them in this order.
 *
 * @throws ConfigurationError where it is in neither file.
 */
export async function readProfile(
  given: string | undefined,
  env: Environment | undefined,
): Promise<Profile> {
  const files = env === undefined ? USUAL_FILES : awsFiles(env);
  const init = env === undefined ? {} : files;
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ...init,
    ignoreCache: true,
  });
  const isSection = (name: string): boolean => /^(?:services|sso-session)\./.test(name);
  const sections = Object.entries(configFile).filter(([name]) => isSection(name));
  const profiles = new Map<string, Section>();
  for (const [name, settings] of [
    ...Object.entries(configFile).filter(([key]) => !isSection(key)),
    ...Object.entries(credentialsFile),
  ]) {
    profiles.set(name, { ...profiles.get(name), ...settings });
  }
  const variable =
    given === undefined
      ? ['AWS_DEFAULT_PROFILE', 'AWS_PROFILE'].find((key) => env?.[key])
      : undefined;
  const name = given ?? (variable && env?.[variable]);
  const settings = profiles.get(name ?? 'default');
  if (settings === undefined && name !== undefined) throw unknown(name, variable, profiles, files);
  return {
    name,
    variable,
    settings: settings ?? {},
    profiles: Object.fromEntries(profiles),
    sections: Object.fromEntries(sections),
    files,
    init,
  };
}

/** Where the user's AWS files are: the variables of the AWS CLI, else its folder. */
function awsFiles(env: Environment): AwsFiles {
  return {
    configFilepath: env['AWS_CONFIG_FILE'] || USUAL_FILES.configFilepath,
    filepath: env['AWS_SHARED_CREDENTIALS_FILE'] || USUAL_FILES.filepath,
  };
}

function unknown(
  name: string,
  variable: string | undefined,
  profiles: ReadonlyMap<string, Section>,
  { configFilepath, filepath }: AwsFiles,
): ConfigurationError {
  const from = variable === undefined ? '' : ` (${variable})`;
  const nearest = suggestion(name, [...profiles.keys()]);
  return new ConfigurationError(
    `there is no AWS profile "${name}"${from}; looked in ${configFilepath} and ${filepath}`,
    { hint: nearest, facts: { code: 'NoSuchProfile', resource: `AWS profile ${name}` } },
  );
}
