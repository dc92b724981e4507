// An STS that says who asks; sends its address.
import { startSts } from '../examples/demo-sts.js';

const sts = await startSts();
process.send?.(sts.url);
