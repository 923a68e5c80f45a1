import { LabError } from './errors.js';
import { startTime } from './owner.js';
import { labPaths } from './paths.js';
import { memberLines, nodeMember, underlayLines } from './topology.js';

describe('a lab’s plan', () => {
  it.each(['', '../etc', 'a/b', '-a', 'A', 'x'.repeat(25)])('refuses the name %j', (name) => {
    expect(() => labPaths(name)).toThrow(LabError);
  });

  it('keeps everything in one folder and one cgroup', () => {
    const paths = labPaths('one');
    for (const dir of [paths.netns, paths.config, paths.logs, paths.sockets, paths.nodes, paths.owner])
      expect(dir.startsWith('/run/sluice/lab/one/')).toBe(true);
    expect(paths.cgroup).toMatch(/\/sluice-lab-one$/);
  });

  it('gives members addresses and no route', () => {
    const lines = [
      ...underlayLines([nodeMember(1)], (name) => `/run/x/${name}`),
      ...memberLines(nodeMember(1)),
    ];
    expect(lines.join('\n')).not.toContain('route');
    expect(lines).toContain('address add 198.18.0.1/24 dev eth0');
    expect(lines).toContain('address add fd00:198::1/64 dev eth0 nodad');
    expect(lines).toContain('address add fe80::1/64 dev eth0 nodad');
  });

  it('tells a living process from one that never was', () => {
    expect(startTime(process.pid)).toMatch(/^\d+$/);
    expect(startTime(2 ** 22 + 1)).toBeNull();
  });
});
