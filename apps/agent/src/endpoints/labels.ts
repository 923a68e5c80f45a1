import {
  checkWorkloadLabels,
  derivedLabels,
  type Label,
  LABEL_SOURCES,
  LabelError,
  type Labels,
  makeLabels,
} from '@sluice/labels';
import { AgentError } from '../util/errors.js';
import type { Workload } from './record.js';

/** Sources of workloads that an adapter or a user may name. */
const WORKLOAD_SOURCES = ['host', 'container', 'k8s', 'user'];
const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?$/;

/** A label as it comes over the API. */
export interface LabelInput {
  readonly source?: string;
  readonly key?: string;
  readonly value?: string;
}

/** Checks a workload's name; an empty scope is `default`. Throws INVALID_ARGUMENT. */
export function checkWorkload(workload: Workload): Workload {
  const { source, scope, name } = { ...workload, scope: workload.scope === '' ? 'default' : workload.scope };
  if (!WORKLOAD_SOURCES.includes(source)) {
    throw new AgentError(
      'INVALID_ARGUMENT',
      `workload source ${JSON.stringify(source)}: use one of ${WORKLOAD_SOURCES.join(', ')}`,
    );
  }
  for (const [what, value] of [
    ['scope', scope],
    ['name', name],
  ] as const) {
    if (!NAME.test(value))
      throw new AgentError('INVALID_ARGUMENT', `workload ${what} ${JSON.stringify(value)} is no name`);
  }
  return { source, scope, name };
}

/**
 * The labels that make a workload's identity: its own, with those derived from where it runs. A label that imitates a
 * derived one, or of a source that is Sluice's, is refused.
 */
export function securityLabels(workload: Workload, given: readonly LabelInput[]): Labels {
  try {
    const own = makeLabels(given.map(labelOf));
    const [problem] = checkWorkloadLabels(own);
    if (problem) throw new AgentError('INVALID_ARGUMENT', problem.message);
    return makeLabels([...own, ...derivedLabels({ namespace: workload.scope })]);
  } catch (error) {
    if (error instanceof LabelError) throw new AgentError('INVALID_ARGUMENT', error.message, error);
    throw error;
  }
}

function labelOf({ source = '', key = '', value = '' }: LabelInput): Label {
  if (!(LABEL_SOURCES as readonly string[]).includes(source)) {
    throw new AgentError(
      'INVALID_ARGUMENT',
      `label ${JSON.stringify(key)} has the unknown source ${JSON.stringify(source)}`,
    );
  }
  if (key === '') throw new AgentError('INVALID_ARGUMENT', 'a label has an empty key');
  return { source: source as Label['source'], key, value };
}
