/** Published rules of semantics as data: what a rule says, where it stands, and packets that show it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { buildWorld, parseDocuments, readPolicyTests, type PolicyTest, type TestWorld } from '@sluice/policy';

/** The parts of a PolicyTest's spec that make a world. */
interface Surroundings {
  readonly enforcement?: string;
  readonly allowLocalHost?: string;
  readonly namespaces?: readonly unknown[];
  readonly services?: readonly unknown[];
  readonly workloads?: readonly unknown[];
}

/** A whole document, or its kind with its spec (and perhaps its namespace): then the rest is written for it. */
type Short = Readonly<Record<string, unknown>>;

/** One rule. Packets are texts: `web -> db 5432`, `web -> db 53/UDP`, `web -> db 8/ICMP`; without a port every one, `*` the same. */
interface CaseDocument extends Surroundings {
  readonly name: string;
  /** The published rule, in a sentence. */
  readonly rule: string;
  /** Where it is published; an anchor is put behind the address of the file. */
  readonly link: string;
  /** Where Sluice means to do something else, and why: then the packets show what Sluice does. */
  readonly differs?: string;
  readonly policies?: readonly Short[];
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** What is wrong, where Sluice does not follow the rule and should: the case is expected to fail until that is mended. */
  readonly fails?: string;
  /** Parts of errors: the documents are not accepted. */
  readonly refused?: readonly string[];
}

interface FileDocument extends Surroundings {
  readonly source: string;
  readonly cases: readonly CaseDocument[];
}

/** A case that is ready to be asked. */
export interface Case {
  readonly name: string;
  readonly link: string;
  readonly differs: string | null;
  readonly fails: string | null;
  readonly refused: readonly string[];
  readonly policies: readonly unknown[];
  /** As `sluice policy test` would read it. */
  readonly text: string;
}

/** The cases of one file. */
export interface CaseFile {
  readonly file: string;
  readonly cases: readonly Case[];
}

const SURROUNDINGS = ['enforcement', 'allowLocalHost', 'namespaces', 'services', 'workloads'];
const CASE_FIELDS = [
  'name',
  'rule',
  'link',
  'differs',
  'policies',
  'allow',
  'deny',
  'refused',
  'fails',
  ...SURROUNDINGS,
];
const FILE_FIELDS = ['source', 'cases', ...SURROUNDINGS];

/** A misspelt field would be a packet that nobody asks about. */
function onlyKnown(value: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${where}: unknown field ${unknown.join(', ')}`);
}

const PACKET = /^(\S+) -> (\S+)(?: (\*|[\w-]+)(?:\/(\w+))?)?( staged)?$/;

function expectation(packet: string, verdict: 'allow' | 'deny') {
  const [, from, to, port, protocol, staged] = PACKET.exec(packet) ?? [];
  if (!from) throw new Error(`${JSON.stringify(packet)} is no packet; write "web -> db 53/UDP"`);
  return {
    from,
    to,
    verdict,
    ...(port && port !== '*' ? { port } : {}),
    ...(protocol ? { protocol } : {}),
    ...(staged ? { staged: true } : {}),
  };
}

const VERSIONS: Readonly<Record<string, string>> = {
  Policy: 'sluice.dev/v1',
  ClusterPolicy: 'sluice.dev/v1',
  CiliumNetworkPolicy: 'cilium.io/v2',
  CiliumClusterwideNetworkPolicy: 'cilium.io/v2',
  NetworkPolicy: 'networking.k8s.io/v1',
  ClusterNetworkPolicy: 'policy.networking.k8s.io/v1alpha2',
};

function documentOf(policy: Short, index: number): unknown {
  const kind = Object.keys(policy).find((key) => key in VERSIONS);
  if (kind === undefined) return policy;
  const namespace = policy['namespace'] === undefined ? {} : { namespace: policy['namespace'] };
  const metadata = { name: `p${index}`, ...namespace };
  return { apiVersion: VERSIONS[kind], kind, metadata, spec: policy[kind] };
}

function caseOf(file: FileDocument, c: CaseDocument): Case {
  onlyKnown(c, CASE_FIELDS, c.name);
  if (!c.rule || !c.link) throw new Error(`${c.name}: a case says its rule and where it is published`);
  const around: Surroundings = { enforcement: 'default', ...file, ...c };
  const { enforcement, allowLocalHost, namespaces, services, workloads } = around;
  const expect = [
    ...(c.allow ?? []).map((packet) => expectation(packet, 'allow')),
    ...(c.deny ?? []).map((packet) => expectation(packet, 'deny')),
  ];
  const policies = (c.policies ?? []).map(documentOf);
  const spec = { enforcement, allowLocalHost, namespaces, services, workloads, policies, expect };
  const test = {
    apiVersion: 'sluice.dev/v1',
    kind: 'PolicyTest',
    metadata: { name: 'conformance' },
    spec,
  };
  return {
    name: c.name,
    link: c.link.startsWith('#') ? file.source + c.link : c.link,
    differs: c.differs ?? null,
    fails: c.fails ?? null,
    refused: c.refused ?? [],
    policies,
    text: JSON.stringify(test),
  };
}

/** All cases, by file, in the order of their names. */
export function readCases(): CaseFile[] {
  const folder = join(import.meta.dirname, 'cases');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.sort().map((file) => {
    const document = parse(readFileSync(join(folder, file), 'utf8')) as FileDocument;
    onlyKnown(document, FILE_FIELDS, file);
    return { file, cases: document.cases.map((c) => caseOf(document, c)) };
  });
}

/** The world of a case; throws where it cannot be made. */
export function worldOf(c: Case): { readonly test: PolicyTest; readonly world: TestWorld } {
  const { tests, errors } = readPolicyTests(c.text, c.name);
  const [test] = tests;
  if (!test) throw new Error(errors.map((e) => `${e.path} ${e.message}`).join('\n'));
  const built = buildWorld(test, new Map());
  if (!built.world) throw new Error(built.errors.map((e) => `${e.path} ${e.message}`).join('\n'));
  return { test, world: built.world };
}

/** Everything that is wrong with the documents of a case, as an apply and as a test would say it. */
export function refusalsOf(c: Case): string[] {
  const applied = c.policies.flatMap((p) => parseDocuments(JSON.stringify(p)).errors);
  const { tests, errors } = readPolicyTests(c.text, c.name);
  const built = tests.flatMap((test) => buildWorld(test, new Map()).errors);
  return [...applied, ...errors, ...built].map((e) => `${e.path} ${e.message} ${e.hint ?? ''}`);
}
