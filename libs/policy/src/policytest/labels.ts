import { LABEL_SOURCES } from '@sluice/labels';

/** `app: web` and `container:app: web` as label texts; what has no source is the orchestrator's. */
export function labelTexts(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([key, value]) => {
    const source = key.slice(0, Math.max(0, key.indexOf(':')));
    const known = (LABEL_SOURCES as readonly string[]).includes(source) || key.includes(':');
    return known ? `${key}=${value}` : `k8s:${key}=${value}`;
  });
}
