/** What every client reads the user's files with and speaks HTTP with: imported late, and together. */
export { openAccess, regionIn } from '../credentials/access.js';
export { endpointFor } from '../credentials/endpoint.js';
export { AwsHttpHandler } from './aws-http-handler.js';
