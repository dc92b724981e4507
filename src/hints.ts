import { AuditError, type ErrorFacts } from './errors.js';
import type { Caveat, CaveatCode } from './model/report/caveat.js';

/**
 * What to do about an error, in one line with the names of options; undefined where nothing is known. The one
 * place that turns the facts of an error into advice: what is below knows no options.
 */
export function hintFor(error: unknown): string | undefined {
  if (!(error instanceof AuditError)) return undefined;
  return error.hint ?? (error.facts === undefined ? undefined : adviceOn(error.facts));
}

type Advice = string | ((facts: ErrorFacts) => string | undefined);

function adviceOn(facts: ErrorFacts): string | undefined {
  const [, advice] = ERROR_ADVICE.find(([code]) => code.test(facts.code ?? '')) ?? [];
  return typeof advice === 'function' ? advice(facts) : advice;
}

const isTable = ({ action }: ErrorFacts): boolean => action?.startsWith('dynamodb:') === true;

/** By the name of the error, the first that matches. */
const ERROR_ADVICE: readonly (readonly [code: RegExp, advice: Advice])[] = [
  [/^NoRegion$/, 'give --region eu-west-1, set AWS_REGION, or put a region into the AWS profile'],
  [/^NoSuchProfile$/, '`aws configure list-profiles` lists the profiles; check --aws-profile'],
  [/^RegionsNotListed$/, 'allow account:ListRegions, or name the regions with --event-regions'],
  [
    /^NoStream$/,
    ({ resource }) =>
      `turn it on: aws dynamodb update-table --table-name ${resource} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES`,
  ],
  [/^NoSentinelUser$/, 'give --user NAME, or --all for the sessions of everyone'],
  [
    /^NoMfaCode$/,
    'run it in a terminal, or hand over credentials of a session: aws-vault exec PROFILE -- sentinel-audit …, aws configure export-credentials, or a profile with credential_process',
  ],
  [
    /^CredentialProcess$/,
    'run that program by itself, or choose another profile with --aws-profile',
  ],
  [/^BrokenProfile$/, 'complete that profile, or choose another with --aws-profile'],
  [/^UnusableKeys$/, 'set both keys anew, without blanks or line ends, or give --aws-profile'],
  [
    /^NoCredentials$/,
    'log in again (for example: aws sso login), or choose another profile with --aws-profile',
  ],
  [
    /^(?:CredentialsProvider|TokenProvider|NoCredentials)/,
    'no usable credentials: give --aws-profile, set AWS_PROFILE, or log in (for example: aws sso login)',
  ],
  [
    /^NotOfAws$/,
    ({ proxy }) =>
      proxy === undefined
        ? 'a proxy, firewall or login page may stand between: check the network, --endpoint-url and HTTPS_PROXY'
        : 'check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and what the proxy allows',
  ],
  [/^ProxyRefusal$/, 'check HTTPS_PROXY and its user and password, or list the host in NO_PROXY'],
  [
    /^(?:AccessDenied|NotAuthorized)/,
    (facts) =>
      `allow ${facts.action}${isTable(facts) ? ' on it, with kms:Decrypt on its key' : ''}; docs/operations.md lists every permission`,
  ],
  [
    /^(?:ExpiredToken|RequestExpired)/,
    'the credentials have expired: renew them (for example: aws sso login) and run this again',
  ],
  [
    /^(?:UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature)/,
    'AWS does not accept these credentials: check --aws-profile and the AWS_* variables',
  ],
  [
    /^WholeTable$/,
    '--whole-table permits it; --athena-day-key names a key or a column of days that is not known by its name',
  ],
  [
    /^InjectedKeys$/,
    'give --event-accounts and --event-regions, which say their values, or use a table whose projection lists them: sentinel-audit athena-table prints one',
  ],
  [/^NoDayKey$/, 'check --athena-day-key'],
  [/^NoAccounts$/, 'leave out --event-accounts'],
  [/^MaxBytes$/, 'ask for a shorter window, or raise --athena-max-bytes'],
  [
    /^InvalidRequestException$/,
    ({ action }) =>
      action === 'athena:StartQueryExecution'
        ? 'check --athena-workgroup, and give --athena-output s3://… where it has no place for results'
        : undefined,
  ],
  [
    /^MetadataException$/,
    ({ resource }) =>
      `there is no ${resource}: check --athena-table, --athena-catalog and --region`,
  ],
  [
    /^ResourceNotFoundException$/,
    ({ resource }) =>
      `there is no ${resource}: check --table, --region and the account of the credentials`,
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/,
    'name the certificates to trust in AWS_CA_BUNDLE, or add them with NODE_EXTRA_CA_CERTS',
  ],
  [
    /^(?:ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|TimeoutError)/,
    ({ proxy }) =>
      proxy === undefined
        ? 'nothing answers there: check --region, --endpoint-url and the network'
        : 'nothing answers there: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY',
  ],
  [
    /Throttl|ProvisionedThroughput|RequestLimit|^KeysUnprocessed$/,
    (facts) =>
      isTable(facts)
        ? 'the table had no capacity left for five minutes: try later, or with a lower --max-rcu'
        : 'others in the account have used up the allowance for five minutes: try later',
  ],
];

/** What to do about a caveat, by its code. */
const CAVEAT_ADVICE: Readonly<Partial<Record<CaveatCode, string>>> = {
  unverifiable_calls:
    'keep sessions with sentinel-audit archive and read them with --sessions, or say since when your files are complete with --sessions-since',
  undetermined_profile: 'give --profile-map',
  unverifiable_profile:
    'keep sessions with sentinel-audit archive and read them with --sessions, or say since when your files are complete with --sessions-since',
  unknown_profile: 'give --policy or --profile-map, which know the names of profiles',
  unattributed_calls: 'give --profile-map',
  hidden_identities: 'sentinel-audit athena-table prints a table that shows it',
  unseen_scope: 'check --event-accounts and --event-regions',
  unchecked_calls: 'archive sessions with --columns all',
  suspected_profile: 'use --profile-map to settle it',
  disagreeing_sources: 'use --profile-map to settle it',
  unchecked_callers: 'name the callers that may hand out credentials with --broker',
  still_delivering: 'use --until 15m in scheduled runs',
};

/** What a run says of rows that could not be understood. */
export const RUN_ADVICE = {
  strict: 'stopped here because of --strict',
  rejects: '--rejects FILE keeps them',
};

/** The text of a caveat, and what to do about it. */
export function withAdvice({ code, text }: Caveat): string {
  const advice = CAVEAT_ADVICE[code];
  return advice === undefined ? text : `${text}; ${advice}`;
}
