import { after, afterEach, before, beforeEach, describe as suite, it as test } from 'node:test';
import { expect } from 'expect';
import { bind } from 'jest-each';
import { ModuleMocker } from 'jest-mock';

/**
 * What test files take from jest, over Node's own runner: a bundle with jest itself would start for a minute on an emulated
 * processor. Only what such tests use: describe, it, each, skip, hooks, expect, and jest.fn and jest.spyOn.
 */
type Body = () => unknown;
/** A step that hangs ends here; an emulated processor is about ten times slower than the machine's own. */
const TIMEOUT_MS = 120_000;

// Without parameters: Node's runner takes one with two for a callback.
const step = (body: Body) => async () => void (await body());

const define = (options: object) => (name: string, body: Body) =>
  void test(name, { timeout: TIMEOUT_MS, ...options }, step(body));
const group = (options: object) => (name: string, body: Body) => void suite(name, options, () => void body());

const it = Object.assign(define({}), {
  each: bind(define({}) as never, false),
  skip: Object.assign(define({ skip: true }), { each: bind(define({ skip: true }) as never, false) }),
});
const describe = Object.assign(group({}), {
  each: bind(group({}) as never, false),
  skip: Object.assign(group({ skip: true }), { each: bind(group({ skip: true }) as never, false) }),
});

const hook = (add: typeof before) => (body: Body) => add(step(body), { timeout: TIMEOUT_MS });

const mocker = new ModuleMocker(globalThis);
/** `@jest/globals` in a bundle for the VM. Times that a test allows itself are for another processor, so they are not taken. */
export const jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  setTimeout: () => undefined,
};

Object.assign(globalThis, {
  describe,
  it,
  test: it,
  expect,
  beforeAll: hook(before),
  afterAll: hook(after),
  beforeEach: hook(beforeEach as typeof before),
  afterEach: hook(afterEach as typeof before),
});
