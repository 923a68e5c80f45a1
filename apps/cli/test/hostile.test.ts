import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch, sluice } from './io.js';

describe('hostile input', () => {
  it('stops reading a device that never ends', async () => {
    const { code, err } = await sluice(['policy', 'validate', '/dev/zero']);
    expect(code).toBe(2);
    expect(err).toContain('/dev/zero is larger than 15 MiB');
  });

  it('stops reading a device that a test names as its policies', async () => {
    using dir = scratch();
    const test = join(dir.path, 't.yaml');
    writeFileSync(
      test,
      'apiVersion: sluice.dev/v1\nkind: PolicyTest\nmetadata: { name: t }\nspec: { policies: [/dev/zero] }\n',
    );
    const { code, err } = await sluice(['policy', 'test', test]);
    expect(code).toBe(2);
    expect(err).toContain('/dev/zero is larger than 15 MiB');
  });
});
