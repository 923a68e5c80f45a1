import { Injectable } from '@nestjs/common';
import type { LabelInput, LabelNodeRequest, Service, ServiceInput, ServiceRef } from '@sluice/api';
import { LabelError, isLabelSource, makeLabels, parsePrefix, type Labels } from '@sluice/labels';
import { HOSTNAME_LABEL } from '@sluice/policy';
import { keys, type AllocationValue, type Condition, type Op, type ServiceValue } from '@sluice/store';
import { AuditLog } from '../audit/audit.js';
import type { Caller } from '../auth/caller.js';
import { aborted, invalid, notFound, refused } from '../failure.js';
import { ClusterCache } from '../store/cache.js';
import { StoreGate } from '../store/gate.js';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const MOST = 1024;

/** What policies name beside workloads: nodes by their labels, and services. */
@Injectable()
export class ObjectsService {
  constructor(
    private readonly gate: StoreGate,
    private readonly cache: ClusterCache,
    private readonly audit: AuditLog,
  ) {}

  /** Changes the labels of a node; returns its allocation. NOT_FOUND before the node has its addresses; INVALID_ARGUMENT for what is no label. */
  async labelNode({ name, set, remove }: LabelNodeRequest, caller: Caller): Promise<AllocationValue> {
    const entry = await this.gate.use((store) => store.get<AllocationValue>(keys.allocation(name)));
    if (entry === null)
      throw notFound(`there is no node ${name} with addresses`, 'sluice get nodes lists them');
    const wanted = set.map(labelOf);
    const own = [...wanted.map((label) => label.key), ...remove].find((key) => key === HOSTNAME_LABEL);
    if (own !== undefined)
      throw invalid(`${own} is derived from the node's name`, 'it cannot be set or removed');
    const gone = new Set([...remove, ...wanted.map((label) => label.key)]);
    const labels = makeLabels([...(entry.value.labels ?? []).filter(({ key }) => !gone.has(key)), ...wanted]);
    const value: AllocationValue = { ...entry.value, labels };
    const condition = { key: entry.key, modRevision: entry.modRevision };
    await this.write(`node ${name}`, condition, { put: entry.key, value });
    const what = [...set.map(({ key, value: v }) => `${key}=${v}`), ...remove.map((key) => `${key}-`)].join(
      ' ',
    );
    this.audit.write({ event: 'label-node', user: caller.name, role: caller.role, what: `${name} ${what}` });
    return value;
  }

  /** Services of one scope, or of all. */
  services(scope: string) {
    this.cache.check();
    const services = this.cache
      .below<ServiceValue>(scope === '' ? keys.services() : `${keys.services()}${scope}/`)
      .map(({ name, entry }) => serviceView(scope === '' ? name : `${scope}/${name}`, entry.value))
      .sort((a, b) => `${a.scope}/${a.name}`.localeCompare(`${b.scope}/${b.name}`));
    return { services, revision: { generation: this.gate.generation, revision: this.cache.revision } };
  }

  /** Makes or changes a service. INVALID_ARGUMENT for a wrong one, FAILED_PRECONDITION for one that a mirror owns. */
  async putService(service: Service, caller: Caller): Promise<ServiceInput> {
    const { scope, name } = service;
    const value = serviceValue(service);
    const key = keys.service(scope, name);
    const present = await this.owned(service);
    const condition =
      present === null ? ({ key, absent: true } as const) : { key, modRevision: present.modRevision };
    await this.write(`service ${scope}/${name}`, condition, { put: key, value });
    this.audit.write({
      event: 'put-service',
      user: caller.name,
      role: caller.role,
      what: `${scope}/${name}`,
    });
    return serviceView(`${scope}/${name}`, value);
  }

  /** NOT_FOUND where there is none; FAILED_PRECONDITION for one that a mirror owns. */
  async deleteService(ref: ServiceRef, caller: Caller): Promise<void> {
    const what = `${ref.scope}/${ref.name}`;
    const present = await this.owned(ref);
    if (present === null) throw notFound(`there is no service ${what}`);
    const { key, modRevision } = present;
    await this.write(`service ${what}`, { key, modRevision }, { delete: key });
    this.audit.write({ event: 'delete-service', user: caller.name, role: caller.role, what });
  }

  private async owned({ scope, name }: ServiceRef) {
    for (const text of [scope, name])
      if (!NAME.test(text)) throw invalid(`${JSON.stringify(text)} is no name`, 'SCOPE/NAME of DNS names');
    await this.gate.cluster();
    const present = await this.gate.use((store) => store.get<ServiceValue>(keys.service(scope, name)));
    if (present !== null && present.value.owner !== 'api')
      throw refused(
        `service ${scope}/${name} belongs to the ${present.value.owner}`,
        'change it at its source',
      );
    return present;
  }

  private async write(what: string, condition: Condition, op: Op): Promise<void> {
    const { succeeded } = await this.gate.write((store) => store.txn([condition], [op]));
    if (!succeeded) throw aborted(`${what} was changed at the same moment`, 'repeat the call');
  }
}

function labelOf({ source = '', key = '', value = '' }: LabelInput): Labels[number] {
  const known = source === '' ? 'user' : source;
  if (!isLabelSource(known) || known === 'reserved' || known === 'cidr')
    throw invalid(`label ${key}: source ${known} cannot be given to it`, 'k8s, container, host or user');
  try {
    return makeLabels([{ source: known, key, value }])[0]!;
  } catch (error) {
    if (error instanceof LabelError) throw invalid(error.message);
    throw error;
  }
}

function serviceValue({ labels, selector, backends }: Service): ServiceValue {
  const chosen = Object.keys(selector).length > 0;
  if (chosen && backends.length > 0)
    throw invalid('a service has a selector or backends, not both', 'its workloads are its backends');
  if (backends.length > MOST) throw invalid(`a service has at most ${MOST} backends`);
  return {
    labels: makeLabels(labels.map(labelOf)),
    selector: chosen ? { ...selector } : null,
    backends: [...new Set(backends.map(addressOf))].sort(),
    owner: 'api',
  };
}

/** Canonical. Throws INVALID_ARGUMENT. */
export function addressOf(text: string): string {
  try {
    if (!text.includes('/')) return parsePrefix(text).text.replace(/\/.*/, '');
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
  }
  throw invalid(`${text} is no address`, 'an IPv4 or IPv6 address');
}

function serviceView(key: string, { labels, selector, backends, owner }: ServiceValue): ServiceInput {
  const [scope = '', name = ''] = key.split('/');
  const shown = labels.map((label) => ({ ...label }));
  return { scope, name, labels: shown, selector: { ...(selector ?? {}) }, backends: [...backends], owner };
}
