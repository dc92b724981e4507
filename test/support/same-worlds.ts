import * as fc from 'fast-check';

/** Properties try the same values in every run, and end with the first that fails: one mutant is compared with another. */
fc.configureGlobal({ seed: 1, endOnFailure: true });
