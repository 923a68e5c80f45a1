/** print.ts WORLDS SEED FEATURES: one world a line. */
import { ciliumWorld, COMPARED } from './worlds.ts';

const PACKETS = 40;
const [, , worlds = '1000', seed = '0', wanted = ''] = process.argv;
const names = wanted.split(',').filter((name) => name !== '');
const features = COMPARED.filter((feature) => names.includes(feature));
if (features.length < names.length)
  throw new Error(`features are ${COMPARED.join(', ')}, not ${names.join(', ')}`);
for (let i = 0; i < Number(worlds); i++)
  process.stdout.write(`${JSON.stringify(ciliumWorld(Number(seed) + i, features, PACKETS))}\n`);
