import type { WorldFeature } from './features.js';
import type { Random } from './random.js';

export const NAMESPACES = ['shop', 'bank', 'lab'];
export const APPS = ['web', 'orders', 'db', ''];
export const TIERS = ['front', 'back'];
export const PORTS = [53, 80, 81, 443, 1000, 65535];
export const PORT_NAMES = ['http', 'dns', 'metrics'];
export const PREFIXES = [
  '198.18.0.0/15', '198.18.0.0/24', '198.18.0.7/32', '198.19.1.0/24', '0.0.0.0/0', 'fd00:198::/32', 'fd00:198:0:1::/64', 'fd00:198::7/128', '::/0',
]; // prettier-ignore
export const BACKENDS = ['198.18.0.7', '198.19.1.9', '198.18.0.130', 'fd00:198::7', 'fd00:198:0:1::9'];

/** Each world has a theme, so that also what is rare among everything decides often enough somewhere. */
export interface Maker {
  readonly r: Random;
  readonly has: (feature: WorldFeature) => boolean;
  readonly theme: WorldFeature | null;
  /** True with this probability where the world may have the feature, far more often where it is the theme. */
  readonly sometimes: (feature: WorldFeature, probability: number) => boolean;
}

/** A maker of one world's parts. */
export function makerOf(r: Random, features: readonly WorldFeature[]): Maker {
  const theme = features.length > 0 && r.chance(0.75) ? r.pick(features) : null;
  const has = (f: WorldFeature) => features.includes(f);
  return {
    r,
    has,
    theme,
    sometimes: (f, probability) =>
      has(f) && r.chance(theme === f ? Math.min(0.75, probability * 6) : probability),
  };
}
