import { checkConfig, ConfigError, readConfig, splitListen } from './config.js';

const tls = { ca: '/ca', cert: '/cert', key: '/key' };
const good = {
  name: 'cp-1',
  etcd: { endpoints: ['https://198.18.0.1:2379'], tls },
  rest: { listen: '198.18.0.1:8443', tls },
  grpc: { listen: '[fd00:198::1]:9443', tls },
  auditLog: null,
};

describe('checkConfig', () => {
  it('takes a whole one', () => expect(checkConfig(good, 'f')).toEqual(good));
  it.each<[string, unknown]>([
    ['f: it must be an object', []],
    ['f: name must be a text', { ...good, name: 1 }],
    ['f: etcd must be an object', { ...good, etcd: null }],
    ['f: etcd.endpoints must be a list of URLs', { ...good, etcd: { endpoints: [], tls } }],
    ['f: tls must be an object', { ...good, rest: { listen: '198.18.0.1:1' } }],
    [
      'f: key must be a text',
      { ...good, grpc: { listen: '198.18.0.1:1', tls: { ca: '/ca', cert: '/cert' } } },
    ],
    ['nonsense is no host:port', { ...good, grpc: { listen: 'nonsense', tls } }],
    ['f: auditLog must be a file name or null', { ...good, auditLog: 3 }],
    ['f: identityGraceSeconds must be a number of seconds', { ...good, identityGraceSeconds: 0 }],
    ['f: policyDir must be a directory', { ...good, policyDir: '' }],
    ['f: policyDirRescanSeconds must be a number of seconds', { ...good, policyDirRescanSeconds: 0 }],
  ])('says %s', (message, config) =>
    expect(() => checkConfig(config, 'f')).toThrow(new ConfigError(message)),
  );
});

describe('readConfig', () => {
  it('names a file that is not there', () =>
    expect(() => readConfig('/nowhere.json')).toThrow(/\/nowhere.json cannot be read/));
});

describe('splitListen', () => {
  it.each([
    ['198.18.0.1:80', '198.18.0.1', 80],
    ['[fd00::1]:443', 'fd00::1', 443],
  ])('%s', (listen, host, port) => expect(splitListen(listen)).toEqual({ host, port }));
  it.each(['', '80', 'fd00::1:443', 'host:99999', 'host:'])('refuses "%s"', (listen) =>
    expect(() => splitListen(listen)).toThrow(ConfigError),
  );
});
