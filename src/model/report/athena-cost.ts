/** What Athena was asked and what that cost, about, as JSON has it. */
export interface AthenaCost {
  readonly queries: number;
  readonly bytes_scanned: number;
  readonly estimated_cost_usd: number;
}
