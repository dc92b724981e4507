/** Is a place in S3? */
export function isS3Url(place: string): boolean {
  return place.startsWith('s3://');
}
