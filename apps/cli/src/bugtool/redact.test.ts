import { redact } from './redact.js';

describe('redact', () => {
  const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIabc\n-----END EC PRIVATE KEY-----';
  it.each([
    ['a key', key, 'MHcCAQEE'],
    ['a key in JSON', JSON.stringify({ note: key }), 'MHcCAQEE'],
    ['a key that was cut off', key.slice(0, 50), 'MHcCAQEE'],
    ['a password', '{"password": "hunter2"}', 'hunter2'],
    ['a token with quotes in it', '{"join_token":"a\\"b"}', 'a\\"b'],
    ['an authorization header', '{"text":"Authorization: Bearer abcdef0123456789"}', 'abcdef0123456789'],
    ['a web token', 'label=eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl', 'eyJzdWIiOiIx'],
    ['a key of IPsec', 'aead rfc4106(gcm(aes)) 0x00112233445566778899aabbccddeeff 128', '0x0011223344'],
  ])('hides %s', (_what, text, secret) => {
    expect(text).toContain(secret);
    const result = redact(text);
    expect(result).not.toContain(secret);
    expect(result).toContain('(redacted)');
  });

  it('leaves all else', () => {
    const text = JSON.stringify({
      tokens: 7,
      identity: '0x1234',
      uuid: 'eyJ',
      keyed: 'secretary',
      cookie: 5,
    });
    expect(redact(text)).toBe(text);
  });
});
