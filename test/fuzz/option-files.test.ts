import { join } from 'node:path';
import { idOf, sessionRow } from '../support/sessions.js';
import { VOUCHED, WINDOW, fileOf, ndjsonOf, roleRecord, writeTrail } from '../support/trail.js';
import { type Reader, fuzz } from './readers.js';

const trail = writeTrail([
  roleRecord(1, { role: 'Prod', identity: `sentinel:alice:${idOf(1)}` }),
  roleRecord(2, { role: 'Dev' }),
]);
const sessions = fileOf('sessions.ndjson', ndjsonOf([sessionRow(1), sessionRow(2)]));
const INPUTS = ['--events', trail, '--sessions', sessions, ...VOUCHED, ...WINDOW];

const POLICY = `version: "1"
rules:
  - name: prod
    effect: require_server_session
    conditions:
      profiles: [prod, "staging"]
      users: []
      mode: [server]
      time: {days: [monday], hours: {start: "09:00", end: "17:00"}, timezone: Europe/Berlin}
      device: {require_mdm: true, min_os_version: "14.2", allowed_os_types: [darwin]}
    max_server_duration: 15m
  - name: rest
    effect: allow
    reason: >
      everything else
`;
const ALLOW = `version: "1"
rules:
  - {name: break-glass, reason: written down, role: "arn:aws:iam::111122223333:role/Dev*", until: 2026-12-31}
  - name: pipeline
    reason: "deploys"
    caller: "*Broker*"
    caller_account: "111122223333"
    event_name: AssumeRole
`;
const MAP = `arn:aws:iam::111122223333:role/Prod: prod
Dev: &dev "dev"
Other: *dev
`;
const AWS = `[default]
region = us-east-1
[profile prod]
role_arn = arn:aws:iam::111122223333:role/Prod
include_profile = default
[profile "dev two"]
sso_account_id=111122223333
sso_role_name : Dev ; a comment
include_profile = prod
[sso-session x]
sso_region = eu-west-1
`;
const CONFIG = `# as a team keeps it
since: 2026-01-17
until: 2026-01-24
columns: [id, user]
exclude: ['*.bak', "x"]
profile: "prod"
limit: 10
format: ndjson
verbose: true
`;

/** An audit that reads such a file for an option, whose name each error has. */
function readerOf(option: string, content: string): Reader {
  const policy = option === '--policy' ? [] : ['--policy', fileOf('policy.yaml', POLICY)];
  return {
    files: { [option.slice(2)]: content },
    args: (_, path) => [
      'session-compliance',
      ...INPUTS,
      ...policy,
      option,
      path,
      '--fail-on',
      'none',
    ],
    place: new RegExp(`${option}|cannot be decided`),
  };
}

fuzz({
  'a policy': readerOf('--policy', POLICY),
  'an allow list': readerOf('--allow', ALLOW),
  'a profile map': readerOf('--profile-map', MAP),
  'an AWS config': readerOf('--aws-config', AWS),
  'a config file': {
    files: { 'config.yaml': CONFIG },
    args: (folder) => ['export', '--sessions', sessions, '--config', join(folder, 'config.yaml')],
  },
});
