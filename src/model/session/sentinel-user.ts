/**
 * The user name that Sentinel stores for an AWS caller: the last part of the ARN, its letters and digits
 * only, at most 20 of them. Empty when nothing is left.
 */
export function sentinelUser(arn: string): string {
  const last = arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
  return last.replace(/[^A-Za-z0-9]/g, '').slice(0, 20);
}
