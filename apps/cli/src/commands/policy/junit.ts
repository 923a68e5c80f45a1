import type { ExpectationResult, SideResult } from '@sluice/policy';

function escape(text: string): string {
  const names: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
  // eslint-disable-next-line no-control-regex
  const printable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd');
  return printable.replace(/[<>&"]/g, (c) => names[c] ?? c);
}

/** `web -> db 5432/TCP`. */
export function describeExpectation(result: ExpectationResult): string {
  const port = result.port === null ? 'every port' : String(result.port);
  return `${result.from} -> ${result.to} ${port}/${result.protocol}`;
}

function describeSide(name: string, side: SideResult | null): string {
  if (!side) return `${name}: not managed`;
  return `${name}: ${side.verdict}, ${side.policy === null ? side.reason : `${side.policy} ${side.rule ?? ''}`}`;
}

/** Why a verdict is what it is, in one line. */
export function describeSides(result: ExpectationResult): string {
  return `${describeSide('egress', result.egress)}; ${describeSide('ingress', result.ingress)}`;
}

function testcase(result: ExpectationResult): string {
  const head = `    <testcase classname="${escape(result.test)}" name="${escape(`${describeExpectation(result)} ${result.expected}`)}"`;
  if (result.passed) return `${head}/>`;
  const message = `expected ${result.expected}, got ${result.verdict}`;
  return `${head}>\n      <failure message="${escape(message)}">${escape(describeSides(result))}</failure>\n    </testcase>`;
}

/** The results as JUnit XML: a suite for each test, a case for each expectation. */
export function toJunit(results: readonly ExpectationResult[]): string {
  const suites = Map.groupBy(results, (r) => r.test);
  const failures = (list: readonly ExpectationResult[]) => list.filter((r) => !r.passed).length;
  const lines = [...suites].flatMap(([name, list]) => [
    `  <testsuite name="${escape(name)}" tests="${list.length}" failures="${failures(list)}">`,
    ...list.map(testcase),
    '  </testsuite>',
  ]);
  const head = `<testsuites tests="${results.length}" failures="${failures(results)}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...lines, '</testsuites>', ''].join('\n');
}
