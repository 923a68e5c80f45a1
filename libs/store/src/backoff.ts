import { ExponentialBackoff, type IBackoff } from 'cockatiel';

/** Delays in milliseconds between attempts: jittered, from about 100, never above 5,000. */
export function newBackoff(): IBackoff<unknown> {
  return new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 }).next();
}
