import 'reflect-metadata';
import { loadProto } from '@sluice/api';
import { AgentsModule, ClusterModule, HealthModule, PoliciesModule } from '../app.module.js';
import { ROLE_KEY, type Demand } from './roles.js';

interface Found {
  readonly name: string;
  readonly demand: Demand | undefined;
  readonly rpc: string | undefined;
}

/** Every method of every controller that NestJS would serve: over HTTP (`path`) or as message handler. */
function handlers(): Found[] {
  const modules = [PoliciesModule, ClusterModule, AgentsModule, HealthModule];
  const controllers = modules.flatMap(
    (module) => Reflect.getMetadata('controllers', module) as { prototype: object; name: string }[],
  );
  return controllers.flatMap(({ prototype, name }) =>
    Object.getOwnPropertyNames(prototype).flatMap((method): Found[] => {
      const handler = (prototype as Record<string, unknown>)[method];
      if (typeof handler !== 'function' || method === 'constructor') return [];
      const keys = Reflect.getMetadataKeys(handler) as string[];
      const rpcKey = keys.find((key) => key === 'microservices:pattern');
      if (!keys.includes('path') && rpcKey === undefined) return [];
      const demand = Reflect.getMetadata(ROLE_KEY, handler) as Demand | undefined;
      const patterns = rpcKey
        ? (Reflect.getMetadata(rpcKey, handler) as { service: string; rpc: string }[])
        : [];
      const [pattern] = patterns;
      return [
        { name: `${name}.${method}`, demand, rpc: pattern ? `${pattern.service}.${pattern.rpc}` : undefined },
      ];
    }),
  );
}

describe('every handler', () => {
  const all = handlers();
  it('is found', () => expect(all.length).toBeGreaterThan(30));
  it('names a role', () => expect(all.filter(({ demand }) => demand === undefined)).toEqual([]));
  it('has the role that the contract gives it', () => {
    const roles: Record<string, string> = {
      'Policies.Apply': 'operator',
      'Policies.Get': 'viewer',
      'Policies.History': 'viewer',
      'Policies.Rollback': 'operator',
      'Policies.List': 'viewer',
      'Policies.Delete': 'operator',
      'Policies.Validate': 'viewer',
      'Policies.Diff': 'viewer',
      'Policies.Confirm': 'operator',
      'Policies.Suspend': 'admin',
      'Policies.Resume': 'admin',
      'Policies.Plan': 'viewer',
      'Policies.Explain': 'viewer',
      'Policies.Trace': 'viewer',
      'Policies.Lint': 'viewer',
      'Policies.Audit': 'viewer',
      'Policies.Suggest': 'viewer',
      'Cluster.KnownStores': 'viewer',
      'Cluster.AcceptStore': 'admin',
      'Cluster.LabelNode': 'admin',
      'Cluster.ListServices': 'viewer',
      'Cluster.PutService': 'operator',
      'Cluster.DeleteService': 'operator',
      'Cluster.ListIdentities': 'viewer',
      'Cluster.ListEndpoints': 'viewer',
      'Cluster.ListNodes': 'viewer',
      'Cluster.DeleteNode': 'admin',
      'Cluster.ListPools': 'viewer',
      'Cluster.PutPool': 'admin',
      'Cluster.GetSettings': 'viewer',
      'Cluster.PutSettings': 'admin',
      'Cluster.Status': 'viewer',
      'Flows.Observe': 'viewer',
      'Flows.Recorded': 'viewer',
      'NodeInspection.DumpMap': 'operator',
      'AgentStream.Connect': 'node',
    };
    const found = all.flatMap(({ rpc, demand }) => (rpc === undefined ? [] : [[rpc, demand?.required]]));
    expect(Object.fromEntries(found)).toEqual(roles);
  });
  it('answers every call of the contract, but those of the agent socket', () => {
    const { services } = loadProto();
    const names = ['Policies', 'Cluster', 'Flows', 'NodeInspection', 'AgentStream'] as const;
    const wanted = names.flatMap((name) =>
      Object.keys(services[name].service).map((method) => `${name}.${method}`),
    );
    expect(all.flatMap(({ rpc }) => rpc ?? []).sort()).toEqual(wanted.sort());
  });
});
