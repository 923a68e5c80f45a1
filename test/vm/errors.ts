/** What a run in the VM needs is not to be had here: the run is skipped, with this reason. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}

/** The VM did not do what it was started for; the message holds the end of its console. */
export class VmError extends Error {
  override name = 'VmError';
}
