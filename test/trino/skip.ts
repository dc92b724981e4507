import { beforeEach } from 'vitest';

const isThere = process.env['TRINO_URL'] !== undefined;

beforeEach(({ skip }) => skip(!isThere, 'there is no Trino'));
