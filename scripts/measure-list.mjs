// How long the list of phones takes with many of them: the built appliance on loopback, Chromium without cache. Prints, and judges
// nothing: machines differ. Wanted is a first paint below 300 ms.
//
//   node scripts/measure-list.mjs [phones, 5000] [loads, 15]
import { availableParallelism, loadavg } from 'node:os';
import { dist, startBuilt } from './lib/built-appliance.mjs';

const phones = Number(process.argv[2] ?? 5_000);
const loads = Number(process.argv[3] ?? 15);

const { vendors } = await dist('vendors/all.js');
const { newDevice } = await dist('core/new-device.js');
const { parseMacAddress } = await dist('core/mac-address.js');
const { Secret } = await dist('core/secret.js');

const built = await startBuilt({ prepare: fill });
console.log(
  `load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores: more than the cores, and the times say little`,
);
try {
  for (const path of ['/', '/?q=phone+49', '/?sort=name&page=40', '/?show=pending', '/extensions', '/events']) {
    console.log(`${path.padEnd(22)} ${describe(await measure(path))}`);
  }
} finally {
  await built.stop();
}

/** One in a hundred waits, the others are approved, each with an extension and a few steps of a journey. */
async function fill(store) {
  const now = Date.now();
  const devices = [];
  const extensions = [];
  const journeys = [];
  for (let index = 0; index < phones; index++) {
    const vendor = vendors[index % vendors.length];
    const mac = parseMacAddress(vendor.macPrefixes[0].padEnd(8, '0') + index.toString(16).padStart(4, '0'));
    const number = String(10_000 + index);
    const address = `10.0.${Math.floor(index / 250)}.${1 + (index % 250)}`;
    const seen = { vendorId: vendor.id, model: vendor.simulated.model, address, lastSeenAt: now - index * 1_000 };
    const isWaiting = index % 100 === 0;
    const decided = {
      state: 'approved',
      extensions: [number],
      token: `token-of-phone-${index}-1234567890`,
      revision: 1,
    };
    devices.push({ ...newDevice(mac, now), ...seen, ...(isWaiting ? {} : decided) });
    if (!isWaiting) {
      const password = new Secret(`password-${index}`);
      extensions.push({
        number,
        displayName: `Phone ${index}`,
        authName: number,
        password,
        voicemail: '',
        language: '',
      });
    }
    for (const step of ['seen', 'answered', 'notified', 'acknowledged', index % 50 === 1 ? 'stalled' : 'fetched']) {
      const detail = step === 'fetched' ? { file: `${mac}.cfg`, status: 200 } : {};
      journeys.push({ mac, at: now - index * 1_000, step, reason: '', detail });
    }
  }
  await store.decisions.commit({ devices, extensions });
  await store.journeys.append(journeys);
}

async function measure(path) {
  const answers = [];
  const paints = [];
  for (let load = 0; load < loads; load++) {
    // A profile of its own each time: nothing is cached, the whole style sheet and script count. Its process is there already:
    // how long Chromium takes to start one is not ours to measure.
    const page = await built.page();
    await page.goto('/healthz');
    await page.goto(path);
    const [answer, paint] = await page.evaluate(async () => {
      const [first] = await new Promise((resolve) =>
        new PerformanceObserver((list) => {
          const found = list.getEntriesByName('first-contentful-paint');
          if (found.length > 0) resolve(found);
        }).observe({ type: 'paint', buffered: true }),
      );
      const [navigation] = performance.getEntriesByType('navigation');
      return [navigation.responseEnd - navigation.requestStart, first.startTime];
    });
    answers.push(answer);
    paints.push(paint);
    await page.context().close();
  }
  return { answers, paints };
}

function describe({ answers, paints }) {
  const at = (values, part) =>
    values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
  const say = (values) => `median ${Math.round(at(values, 0.5))} ms, slowest ${Math.round(at(values, 1))} ms`;
  return `answer ${say(answers)}; first paint ${say(paints)}  (${phones} phones, ${loads} loads)`;
}
