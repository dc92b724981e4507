import { UsageError } from '../../errors.js';

/** What a source identity in Sentinel's form says. */
interface SentinelIdentity {
  readonly user: string | undefined;
  /** The id of the session, 16 lowercase hex characters in the built-in form. */
  readonly session: string | undefined;
}

/** Reads source identities: undefined for one that is not in Sentinel's form. */
export type ReadIdentity = (sourceIdentity: string) => SentinelIdentity | undefined;

/** `sentinel-<session id>`, `sentinel:<user>:<direct or approval id>:<request id>`, `sentinel:<user>:<request id>`. */
const BUILT_IN =
  /^sentinel-(?<session>[0-9a-f]{16})$|^sentinel:(?<user>[^:]+):(?:[^:]+:)?(?<request>[^:]+)$/;

/** Characters that STS takes (STS API reference, AssumeRole). What is longer was not given to it. */
const LONGEST = 64;

/**
 * A reader of Sentinel's forms; or of one form instead, for STS does not admit colons and installations
 * differ. Its groups `user`, `session` and `request` are all optional.
 *
 * @throws UsageError for a pattern that is no regular expression.
 */
export function identityReader(pattern?: string): ReadIdentity {
  const form = pattern === undefined ? BUILT_IN : compile(pattern);
  return (sourceIdentity) => {
    if (sourceIdentity.length > LONGEST) return undefined;
    const groups = form.exec(sourceIdentity);
    if (groups === null) return undefined;
    const { user, session } = groups.groups ?? {};
    return { user: user || undefined, session: session || undefined };
  };
}

function compile(pattern: string): RegExp {
  try {
    void new RegExp(pattern, 'u'); // alone first: "a)|(b" is none, though it is one within brackets
    // Without "u", which only these need, V8 can go over to an engine whose time is linear.
    return new RegExp(`^(?:${pattern})$`, /\\[pPu]/.test(pattern) ? 'u' : '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError('--identity-pattern', why);
  }
}
