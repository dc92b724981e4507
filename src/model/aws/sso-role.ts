/**
 * The name under which a role of IAM Identity Center can be known before it is seen: its ARN without the
 * partition, the region and the random ending that Identity Center gives it. Any other role keeps its ARN. The
 * form is `role/aws-reserved/sso.amazonaws.com/[REGION/]AWSReservedSSO_NAME_16HEX` (IAM Identity Center User
 * Guide, "Referencing permission sets in resource policies").
 */
export function knownRole(roleArn: string): string {
  const [, account, name] =
    /^arn:[a-z-]+:iam::(\d{12}):role\/aws-reserved\/sso\.amazonaws\.com\/(?:[a-z0-9-]+\/)?AWSReservedSSO_(.+)_[0-9a-f]{16}$/.exec(
      roleArn,
    ) ?? [];
  return account === undefined || name === undefined ? roleArn : knownSsoRole(account, name);
}

/** The same for a permission set of an account. */
export function knownSsoRole(account: string, permissionSet: string): string {
  return `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_${permissionSet}`;
}
