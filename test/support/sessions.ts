/** A row of the session table by its outside names. */
export type Row = Readonly<Record<string, unknown>>;

const USERS = ['alice', 'bob', 'carol', 'dave'];
const PROFILES = ['prod', 'staging', 'dev'];
const STATUSES = ['active', 'revoked', 'expired'];

/** The id of session number `n`: 16 hex characters, spread like random ones. */
export function idOf(n: number): string {
  return ((BigInt(n + 1) * 0x9e37_79b9_7f4a_7c15n) & 0xffff_ffff_ffff_ffffn)
    .toString(16)
    .padStart(16, '0');
}

/** Row number `n` as Sentinel would have written it: a minute after the row before, from 2026-01-17 on. */
export function sessionRow(n: number, overrides: Row = {}): Row {
  const started = new Date(Date.UTC(2026, 0, 17) + n * 60_000);
  const at = (minutes: number): string =>
    goTime(new Date(started.getTime() + minutes * 60_000), n % 7 === 0 ? 0 : n % 1000);
  const expires = new Date(started.getTime() + 15 * 60_000);
  return {
    id: idOf(n),
    user: USERS[n % USERS.length],
    profile: PROFILES[n % PROFILES.length],
    status: STATUSES[n % STATUSES.length],
    started_at: at(0),
    last_access_at: at(5),
    expires_at: at(15),
    request_count: n,
    server_instance_id: `srv-${n % 5}`,
    source_identity: '',
    device_id: '',
    created_at: at(0),
    updated_at: at(5),
    ttl: Math.floor(expires.getTime() / 1000),
    revoked_by: n % STATUSES.length === 1 ? 'secops' : '',
    revoked_reason: n % STATUSES.length === 1 ? 'left the team' : '',
    ...overrides,
  };
}

export function sessionRows(count: number, from = 0): Row[] {
  return Array.from({ length: count }, (_, n) => sessionRow(from + n));
}

/** A time as Go's RFC3339Nano writes it: up to nine fraction digits, trailing zeros trimmed. */
function goTime(date: Date, micros = 0): string {
  const fraction = `${String(date.getUTCMilliseconds()).padStart(3, '0')}${String(micros).padStart(3, '0')}`;
  const trimmed = fraction.replace(/0+$/, '');
  return `${date.toISOString().slice(0, 19)}${trimmed === '' ? '' : `.${trimmed}`}Z`;
}
