/** The account and the principal that signed the requests to AWS. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
}
