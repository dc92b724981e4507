import { ValueError } from '../../errors.js';

/** The parts of a source identity in Sentinel's form. */
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

/** The longest source identity that STS accepts, in characters (STS API reference, AssumeRole). */
const LONGEST = 64;

/**
 * A reader of Sentinel's forms, or of the form of a pattern instead: STS does not allow colons, so
 * installations differ. The groups `user`, `session` and `request` of a pattern are all optional.
 *
 * @throws ValueError for a pattern that is not a regular expression, or has other named groups.
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

const GROUPS = ['user', 'session', 'request'];

function compile(pattern: string): RegExp {
  for (const [, name = ''] of pattern.matchAll(/\(\?<([\w$]+)>/g)) {
    if (!GROUPS.includes(name)) {
      throw new ValueError(`its group "${name}" is not one of ${GROUPS.join(', ')}`);
    }
  }
  try {
    void new RegExp(pattern, 'u'); // on its own first: "a)|(b" is only valid within brackets
    // Without "u", which only these need, V8 can go over to an engine whose time is linear.
    return new RegExp(`^(?:${pattern})$`, /\\[pPu]/.test(pattern) ? 'u' : '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ValueError(why);
  }
}
