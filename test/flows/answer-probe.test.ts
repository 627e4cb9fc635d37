import { expect, test } from 'vitest';
import { deriveProbeMac } from '../../src/core/derive-probe-mac.ts';
import { createDeliveries } from '../../src/flows/delivery.ts';
import { createSubscribeHandler } from '../../src/flows/on-subscribe.ts';
import { buildProbe } from '../../src/sip/build-probe.ts';
import { openDoors } from '../peers/office-doors.ts';

const { data: QUESTION } = buildProbe(
  {
    user: `MAC%3a${deriveProbeMac('a site')}`,
    host: '224.0.1.75',
    userAgent: 'Maker M1 1.2.3',
    event: { vendor: 'Maker', model: 'M1', version: '1.2.3' },
    viaBranch: true,
    viaRport: false,
  },
  { address: '192.168.10.2', port: 41_000 },
);

function hear(address: string) {
  const opened = openDoors({ site: { answerPending: true } });
  createSubscribeHandler(opened.doors, createDeliveries(opened.doors))({ data: QUESTION, address, port: 41_000 });
  return opened;
}

test('our own question is neither listed nor answered', () => {
  const { office, sent, notifies, journey } = hear('192.168.10.2');
  expect(office.deviceCount()).toBe(0);
  expect([...sent, ...notifies, ...journey]).toEqual([]);
});

test('the question of another one of us is answered once with our name, and not listed', () => {
  const { office, sent, notifies, journey } = hear('192.168.10.9');
  expect(office.deviceCount()).toBe(0);
  expect([...notifies, ...journey]).toEqual([]);
  expect(sent).toMatchObject([{ from: '192.168.10.2', to: { address: '192.168.10.9', port: 41_000 } }]);
  expect(sent[0]?.data).toContain('\r\nServer: Plugtone\r\n');
});

test('a question from outside of the LAN is not answered', () => {
  expect(hear('198.51.100.7').sent).toEqual([]);
});
