import type { Settings, SettingsInput } from '@sluice/api';
import type { SettingsValue } from '@sluice/store';
import { invalid } from '../failure.js';
import { addressOf } from './objects.service.js';

const CHOICES = {
  mode: ['always', 'default', 'never'],
  allowLocalHost: ['auto', 'always', 'policy'],
  routing: ['tunnel', 'native'],
} as const;

/** As the API has them. */
export function settingsView({
  mode,
  allowLocalHost,
  routing,
  tunnelPort,
  kubeApiserver,
}: SettingsValue): SettingsInput {
  return { mode, allowLocalHost, routing, tunnelPort, kubeApiserver: { values: [...(kubeApiserver ?? [])] } };
}

/** The settings with those of `wanted` that are not empty. Throws INVALID_ARGUMENT naming what is not known. */
export function mergeSettings(present: SettingsValue, wanted: Settings): SettingsValue {
  for (const field of ['mode', 'allowLocalHost', 'routing'] as const) {
    const value = wanted[field];
    const known: readonly string[] = CHOICES[field];
    if (value !== '' && !known.includes(value))
      throw invalid(`${field}: ${value} is not known`, `one of ${known.join(', ')}`);
  }
  const { tunnelPort } = wanted;
  if (!Number.isInteger(tunnelPort) || tunnelPort < 0 || tunnelPort > 65_535)
    throw invalid(`tunnelPort: ${tunnelPort} is no port`);
  return {
    mode: (wanted.mode || present.mode) as SettingsValue['mode'],
    allowLocalHost: (wanted.allowLocalHost || present.allowLocalHost) as SettingsValue['allowLocalHost'],
    routing: (wanted.routing || present.routing) as SettingsValue['routing'],
    tunnelPort: tunnelPort || present.tunnelPort,
    kubeApiserver: wanted.kubeApiserver
      ? [...new Set(wanted.kubeApiserver.values.map(addressOf))].sort()
      : (present.kubeApiserver ?? []),
    suspended: present.suspended ?? null,
  };
}
