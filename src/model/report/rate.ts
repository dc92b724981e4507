/** Tracked of all, in percent; 100 of nothing. */
export function complianceRate(tracked: number, total: number): number {
  return total === 0 ? 100 : (tracked / total) * 100;
}

/** `90.5%`; what is below 100 never looks like it. */
export function formatRate(rate: number): string {
  const rounded = rate.toFixed(1);
  return `${rate < 100 && rounded === '100.0' ? '99.9' : rounded}%`;
}
