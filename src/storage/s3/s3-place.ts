/** A bucket, and a key or the beginning of keys in it. */
export interface S3Place {
  readonly bucket: string;
  /** Empty for the bucket as a whole. */
  readonly key: string;
}

/** What `s3://BUCKET/KEY` names. */
export function s3PlaceOf(url: string): S3Place {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(url) ?? [];
  return { bucket, key };
}

export function s3Url({ bucket, key }: S3Place): string {
  return `s3://${bucket}/${key}`;
}
