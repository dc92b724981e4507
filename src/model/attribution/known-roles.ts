/** What is said of roles before any call is read. */
export interface KnownRoles {
  /** The user's own map: role ARN or role name → profile. */
  readonly explicit: ReadonlyMap<string, string>;
  /** Role ARN → profiles of the AWS config file. */
  readonly awsConfig: ReadonlyMap<string, readonly string[]>;
}
