/** When session 0 began, in seconds since 1970, and how many lie between two: each has seconds of its own. */
export const FIRST_SECOND = 1_768_600_000;
export const SECONDS_APART = 10;

/** The id of session number `n`. */
export function sessionId(/** @type {number} */ n) {
  const id = ((BigInt(n + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16);
  return id.padStart(16, '0');
}

/** Session number `n` as NDJSON of the table has it: a second of its own, few users, many ids. */
export function sessionRow(/** @type {number} */ n) {
  const time = (/** @type {number} */ seconds) => {
    const at = new Date((FIRST_SECOND + n * SECONDS_APART + seconds) * 1000).toISOString();
    return `${at.slice(0, 19)}.${String(100_000_000 + (n % 899_999_999))}Z`;
  };
  return {
    id: sessionId(n),
    user: `user${n % 500}`,
    profile: `profile-${n % 40}`,
    status: ['active', 'expired', 'revoked'][n % 3] ?? 'active',
    started_at: time(0),
    last_access_at: time(300),
    expires_at: time(900),
    request_count: n % 200,
    server_instance_id: `srv-${n % 64}`,
    source_identity: '',
    device_id: '',
    created_at: time(0),
    updated_at: time(300),
    ttl: FIRST_SECOND + 900 + n * SECONDS_APART,
    revoked_by: '',
    revoked_reason: '',
  };
}
