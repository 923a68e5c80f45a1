/** The programs by BPF_PROG_TEST_RUN, apart from any node's data path: nothing is pinned, attached or sent. */
export * from './testrun/packets.js';
export * from './testrun/objects.js';
export * from './testrun/verdicts.js';
