/** Session number `n` as NDJSON of the table has it: a second of its own, few users, many ids. */
export function sessionRow(/** @type {number} */ n) {
  const id = ((BigInt(n + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16);
  const time = (/** @type {number} */ seconds) => {
    const at = new Date(1_768_600_000_000 + (n * 10 + seconds) * 1000).toISOString();
    return `${at.slice(0, 19)}.${String(100_000_000 + (n % 899_999_999))}Z`;
  };
  return {
    id: id.padStart(16, '0'),
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
    ttl: 1_768_600_900 + n * 10,
    revoked_by: '',
    revoked_reason: '',
  };
}
