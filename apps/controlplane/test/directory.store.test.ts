import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiError, Clients } from '@sluice/api';
import { keys, type DirectoryStateValue, type DirectoryValue, type PolicyValue } from '@sluice/store';
import { Harness, policyYaml, until, type Replica } from './harness.js';

const failure = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => error as ApiError,
  );

/** A cluster with a directory of its own for each test: what one leaves behind is nobody else's. */
class Scene implements AsyncDisposable {
  private constructor(
    readonly harness: Harness,
    readonly dir: string,
  ) {}

  static async start(): Promise<Scene> {
    return new Scene(await Harness.start(), await mkdtemp(join(tmpdir(), 'sluice-policies-')));
  }

  replica(policyDir = this.dir, policyDirRescanSeconds = 1, name?: string): Promise<Replica> {
    return this.harness.replica(true, {
      policyDir,
      policyDirRescanSeconds,
      ...(name === undefined ? {} : { name }),
    });
  }

  async operator(replica: Replica): Promise<Clients> {
    return this.harness.connect(replica, await this.harness.user('operator', 'olga'));
  }

  write(name: string, text: string, dir = this.dir): Promise<void> {
    return writeFile(join(dir, name), text);
  }

  async policies(): Promise<Map<string, PolicyValue & { readonly revision: number }>> {
    const { entries } = await this.harness.store.list<PolicyValue>(keys.policies());
    return new Map(
      entries.map(({ key, value, modRevision }) => [
        key.slice(key.lastIndexOf('/') + 1),
        { ...value, revision: modRevision },
      ]),
    );
  }

  /** Waits until exactly these policies are there, each with its port. */
  async holds(wanted: Readonly<Record<string, number>>): Promise<void> {
    const now = async () => {
      const all = [...(await this.policies())];
      return JSON.stringify(
        Object.fromEntries(all.map(([name, { document }]) => [name, portOf(document)]).sort()),
      );
    };
    const text = JSON.stringify(Object.fromEntries(Object.entries(wanted).sort()));
    let last = '';
    await until(async () => (last = await now()) === text, `the store holds ${text}`).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}, not ${last}`);
      },
    );
  }

  async state(replica: string): Promise<DirectoryStateValue | undefined> {
    return (await this.harness.store.get<DirectoryStateValue>(keys.directoryState(replica)))?.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.harness[Symbol.asyncDispose]();
    await rm(this.dir, { recursive: true, force: true });
  }
}

const portOf = (document: unknown): number =>
  Number(/"port":"(\d+)"/.exec(JSON.stringify(document))?.[1] ?? 0);
const directoryChecks = async (clients: Clients) =>
  (await clients.cluster.status({})).checks.filter(({ name }) => name === 'directory');
const told = (clients: Clients, text: string, level = 'error') =>
  until(
    async () =>
      (await directoryChecks(clients)).some((check) => check.level === level && check.message.includes(text)),
    `status says ${text}`,
  );

describe('a policy directory', () => {
  let scene: Scene;
  let replica: Replica;
  let operator: Clients;
  beforeEach(async () => {
    scene = await Scene.start();
  }, 60_000);
  afterEach(() => scene[Symbol.asyncDispose](), 30_000);
  const start = async () => {
    replica = await scene.replica();
    operator = await scene.operator(replica);
  };

  it('is applied as one change, followed, and pruned', async () => {
    await scene.write('a.yaml', `${policyYaml('a', 80)}---\n${policyYaml('b', 80)}`);
    await mkdir(join(scene.dir, 'more'));
    await scene.write('more/c.yml', policyYaml('c', 80));
    await scene.write('.hidden.yaml', policyYaml('hidden'));
    await scene.write('c.yaml~', policyYaml('backup'));
    await scene.write('README.md', 'nothing');
    await start();
    await scene.holds({ a: 80, b: 80, c: 80 });
    const all = [...(await scene.policies()).values()];
    expect(new Set(all.map(({ change, revision }) => `${change} ${revision}`)).size).toBe(1);
    expect(all[0]).toMatchObject({ owner: 'directory', author: 'directory' });
    // A change, a deletion and a new file, in any order of their noticing, end alike.
    await scene.write('a.yaml', policyYaml('a', 81));
    await unlink(join(scene.dir, 'more/c.yml'));
    await scene.write(
      'd.json',
      JSON.stringify({ ...(all[0]?.document as object), metadata: { name: 'd', namespace: 'shop' } }),
    );
    await scene.holds({ a: 81, d: 80 });
    expect(
      (await operator.policies.history({ kind: 'Policy', scope: 'shop', name: 'c' })).forms[0],
    ).toMatchObject({
      ended: 'deleted',
      endedBy: 'directory',
    });
    await told(operator, '2 policy files are applied', 'ok');
    expect(await replica.audit()).toContainEqual(
      expect.objectContaining({ event: 'directory', user: 'directory' }),
    );
  }, 60_000);

  it('belongs to itself: the API may not change it, and it does not touch what the API owns', async () => {
    await scene.write('a.yaml', policyYaml('a', 80));
    await start();
    await scene.holds({ a: 80 });
    const ref = { kind: 'Policy', scope: 'shop', name: 'a' };
    const over = await failure(operator.policies.apply({ text: policyYaml('a', 99) }));
    expect([over.code, over.message]).toEqual([
      'FAILED_PRECONDITION',
      expect.stringContaining('belongs to the directory'),
    ]);
    expect((await failure(operator.policies.delete({ policies: [ref] }))).code).toBe('FAILED_PRECONDITION');
    const { change = '' } = (await operator.policies.get(ref)) ?? {};
    expect((await failure(operator.policies.rollback({ change }))).code).toBe('FAILED_PRECONDITION');
    await operator.policies.apply({ text: policyYaml('mine', 80) });
    await scene.write('b.yaml', `${policyYaml('mine', 99)}---\n${policyYaml('b', 80)}`);
    await told(operator, 'b.yaml:1 $.metadata: Policy shop/mine belongs to the api');
    await scene.holds({ a: 80, b: 80, mine: 80 });
    // Deleted there, it is the directory's.
    await operator.policies.delete({ policies: [{ ...ref, name: 'mine' }] });
    await scene.holds({ a: 80, b: 80, mine: 99 });
  }, 60_000);

  it('fails shut: a wrong document keeps its form or isolates, others are applied, nothing is lost', async () => {
    await scene.write('a.yaml', policyYaml('a', 80));
    await scene.write('b.yaml', policyYaml('b', 80));
    await start();
    await scene.holds({ a: 80, b: 80 });
    await scene.write('a.yaml', `${policyYaml('a', 81)}  ingres: []\n`);
    await scene.write('c.yaml', `${policyYaml('c', 82)}  ingres: []\n`);
    await scene.write('d.yaml', policyYaml('d', 80));
    await scene.holds({ a: 80, b: 80, c: 82, d: 80 });
    await told(operator, 'its last accepted form holds');
    await told(operator, 'c.yaml:12 $.spec.ingres');
    await told(operator, 'it isolates its subject and allows nothing');
    expect((await scene.policies()).get('c')?.refused).toBeDefined();
    // A file that is no YAML at all: what was in it stays, whatever it was.
    await scene.write('b.yaml', '{ [');
    await scene.write('e.yaml', policyYaml('e', 80));
    await told(operator, 'nothing is pruned');
    await scene.holds({ a: 80, b: 80, c: 82, d: 80, e: 80 });
    // Mended, all is as the files say.
    for (const name of ['a', 'c']) await scene.write(`${name}.yaml`, policyYaml(name, 90));
    await unlink(join(scene.dir, 'b.yaml'));
    await scene.holds({ a: 90, c: 90, d: 80, e: 80 });
    await told(operator, '4 policy files are applied', 'ok');
    expect((await scene.policies()).get('c')?.refused).toBeUndefined();
  }, 60_000);

  it('ends what has a time, once, although the file still has it', async () => {
    await scene.write('a.yaml', policyYaml('a', 80));
    await start();
    await scene.holds({ a: 80 });
    const end = new Date(Date.now() + 5_000).toISOString();
    await scene.write('b.yaml', `${policyYaml('b', 80)}  expires: ${end}\n`);
    await scene.holds({ a: 80, b: 80 });
    await scene.holds({ a: 80 });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(end));
    await told(operator, 'Policy shop/b has ended at', 'warning');
    await scene.write('a.yaml', policyYaml('a', 81));
    await scene.holds({ a: 81 });
    const { entries } = await scene.harness.store.list(keys.historyOf('Policy', 'shop', 'b'));
    expect(entries).toHaveLength(1);
  }, 60_000);

  it('a directory that is gone or empty takes nothing away', async () => {
    const dir = join(scene.dir, 'mounted');
    await mkdir(dir);
    await scene.write('a.yaml', policyYaml('a', 80), dir);
    replica = await scene.replica(dir);
    operator = await scene.operator(replica);
    await scene.holds({ a: 80 });
    await rename(dir, `${dir}-away`);
    await told(operator, 'cannot be read');
    await mkdir(dir);
    await told(operator, 'as where a volume is not mounted');
    await scene.holds({ a: 80 });
    await scene.write('none.yaml', '# on purpose\n', dir);
    await scene.holds({});
  }, 60_000);

  it("follows Kubernetes' atomic swap of ..data", async () => {
    const put = async (version: string, files: Record<string, string>) => {
      const target = join(scene.dir, version);
      await mkdir(target);
      for (const [name, text] of Object.entries(files)) await writeFile(join(target, name), text);
      await symlink(version, join(scene.dir, '..data_tmp'));
      await rename(join(scene.dir, '..data_tmp'), join(scene.dir, '..data'));
    };
    await put('..2026_1', { 'a.yaml': policyYaml('a', 80), 'b.yaml': policyYaml('b', 80) });
    for (const name of ['a.yaml', 'b.yaml']) await symlink(`..data/${name}`, join(scene.dir, name));
    await start();
    await scene.holds({ a: 80, b: 80 });
    await put('..2026_2', { 'a.yaml': policyYaml('a', 81), 'b.yaml': policyYaml('b', 81) });
    await rm(join(scene.dir, '..2026_1'), { recursive: true });
    await scene.holds({ a: 81, b: 81 });
    const changes = new Set([...(await scene.policies()).values()].map(({ change }) => change));
    expect(changes.size).toBe(1);
  }, 60_000);

  it('is applied after an outage, and not told of by a replica that has none any more', async () => {
    await scene.write('a.yaml', policyYaml('a', 80));
    const first = await scene.replica(scene.dir, 1, 'same');
    await scene.holds({ a: 80 });
    await first.plane.stop();
    await scene.write('a.yaml', policyYaml('a', 81));
    const second = await scene.replica(scene.dir, 1, 'same');
    await scene.holds({ a: 81 });
    await second.plane.stop();
    expect(await scene.state('same')).toBeDefined();
    await scene.harness.replica(true, { name: 'same' });
    await until(async () => (await scene.state('same')) === undefined, 'its state is gone');
    await scene.holds({ a: 81 });
  }, 60_000);
});

describe('replicas with policy directories', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await Scene.start();
  }, 60_000);
  afterEach(() => scene[Symbol.asyncDispose](), 30_000);

  it('that are equal write once', async () => {
    await scene.write('a.yaml', policyYaml('a', 80));
    const one = await scene.replica();
    const two = await scene.replica();
    await scene.holds({ a: 80 });
    const both = async () => [await scene.state('cp-1'), await scene.state('cp-2')];
    await until(async () => (await both()).every((state) => state?.state === 'applied'), 'both are content');
    for (let port = 81; port < 85; port++) {
      await scene.write('a.yaml', policyYaml('a', port));
      await scene.holds({ a: port });
      const digest = async () => new Set((await both()).map((state) => state?.digest));
      const last = (await scene.harness.store.get<DirectoryValue>(keys.directory()))?.value.digest;
      await until(async () => (await digest()).size === 1 && (await digest()).has(last), 'both have seen it');
    }
    const { entries } = await scene.harness.store.list(keys.historyOf('Policy', 'shop', 'a'));
    expect(entries).toHaveLength(4);
    for (const { plane } of [one, two]) await plane.stop();
  }, 60_000);

  it('that differ do not overwrite each other: the later content holds, and the other is told to be behind', async () => {
    const other = join(scene.dir, 'other');
    const own = join(scene.dir, 'own');
    for (const dir of [own, other]) await mkdir(dir);
    await scene.write('a.yaml', policyYaml('a', 80), own);
    const one = await scene.replica(own);
    await scene.holds({ a: 80 });
    const operator = await scene.operator(one);
    await scene.write('a.yaml', policyYaml('a', 99), other);
    await scene.replica(other);
    await scene.holds({ a: 99 });
    await told(operator, 'differs from that of cp-2', 'warning');
    expect((await scene.state('cp-1'))?.state).toBe('behind');
    // The first has looked since and written nothing; a change of its files is the later one again.
    expect((await scene.policies()).get('a')).toMatchObject({ owner: 'directory' });
    await scene.holds({ a: 99 });
    await scene.write('a.yaml', policyYaml('a', 81), own);
    await scene.holds({ a: 81 });
    await told(operator, 'differs from that of cp-1', 'warning');
    // Equal again, all is well.
    await scene.write('a.yaml', policyYaml('a', 81), other);
    await told(operator, '1 policy files are applied (cp-1, cp-2)', 'ok');
    const { entries } = await scene.harness.store.list(keys.historyOf('Policy', 'shop', 'a'));
    expect(entries).toHaveLength(2);
  }, 60_000);
});
