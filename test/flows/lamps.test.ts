import { expect, test } from 'vitest';
import type { JourneyEvent, JourneyStep } from '../../src/core/journey.ts';
import { type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import { newDevice } from '../../src/core/new-device.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { createLampBoard } from '../../src/flows/lamps.ts';
import { createOffice } from '../../src/flows/office.ts';

const PHONE = parseMacAddress('001565aabbcc') as MacAddress;
const OWN_FILE = { file: '001565aabbcc.cfg', status: 200 };

/** A board over an office with one phone, and a journey store that holds what is given. */
function createBoard(stored: readonly JourneyEvent[] = [], whileReading: () => void = () => undefined) {
  const office = createOffice(
    { devices: [{ ...newDevice(PHONE, 0), vendorId: 'yealink' }], extensions: [], site: DEFAULT_SITE },
    { commit: async () => undefined },
    { recordSighting: () => undefined, recordJourney: () => undefined },
  );
  let reads = 0;
  const board = createLampBoard({
    office,
    async readJourney(_mac, limit) {
      reads += 1;
      whileReading();
      return [...stored].reverse().slice(0, limit);
    },
  });
  return { office, board, reads: () => reads };
}

function event(at: number, step: JourneyStep, detail: JourneyEvent['detail'] = {}): JourneyEvent {
  return { mac: PHONE, at, step, reason: '', detail };
}

const DARK = { asked: null, answered: null, notified: null, acknowledged: null, configured: null };

test('a boot lights the lamps one after another', async () => {
  const { office, board } = createBoard();
  expect(await board.read(PHONE)).toEqual(DARK);
  office.record(event(1, 'seen'));
  expect(await board.read(PHONE)).toEqual({ ...DARK, asked: 1 });
  for (const [index, step] of (['answered', 'notified', 'acknowledged'] as const).entries())
    office.record(event(2 + index, step));
  office.record(event(5, 'fetched', OWN_FILE));
  expect(await board.read(PHONE)).toEqual({ asked: 1, answered: 2, notified: 3, acknowledged: 4, configured: 5 });
});

test('the next boot puts them out', async () => {
  const { office, board } = createBoard();
  office.record(event(1, 'seen'));
  office.record(event(2, 'fetched', OWN_FILE));
  office.record(event(3, 'seen'));
  expect(await board.read(PHONE)).toEqual({ ...DARK, asked: 3 });
});

test('an approval puts out what came of the decision before', async () => {
  const { office, board } = createBoard();
  for (const [index, step] of (['seen', 'answered', 'notified', 'acknowledged'] as const).entries())
    office.record(event(index, step));
  office.record(event(5, 'fetched', OWN_FILE));
  office.record(event(6, 'approved'));
  expect(await board.read(PHONE)).toEqual({ ...DARK, asked: 0, answered: 1 });
});

test('only its own file, really given, makes a phone configured', async () => {
  const { office, board } = createBoard();
  office.record(event(1, 'seen'));
  office.record(event(2, 'fetched', { file: 'y000000000065.cfg', status: 200 }));
  office.record(event(3, 'fetched', { file: '001565aabbcc.cfg', status: 404 }));
  office.record(event(4, 'refused', OWN_FILE));
  expect((await board.read(PHONE)).configured).toBeNull();
});

test('a phone that has its very file already is configured', async () => {
  const { office, board } = createBoard();
  office.record(event(1, 'seen'));
  office.record(event(2, 'fetched', { ...OWN_FILE, status: 304 }));
  expect((await board.read(PHONE)).configured).toBe(2);
});

test('what happened before the start is read from the store, once', async () => {
  const { board, reads } = createBoard([
    event(1, 'seen'),
    event(2, 'fetched', OWN_FILE),
    event(3, 'seen'),
    event(4, 'answered'),
    event(5, 'resynced'),
  ]);
  expect(await board.read(PHONE)).toEqual({ ...DARK, asked: 3, answered: 4 });
  await board.read(PHONE);
  expect(reads()).toBe(1);
});

test('what happens after the start wins over the store, even while it is read', async () => {
  const stored = [event(1, 'seen'), event(2, 'notified'), event(3, 'acknowledged'), event(4, 'fetched', OWN_FILE)];
  const { office, board } = createBoard(stored, () => {
    office.record(event(10, 'approved'));
    office.record(event(11, 'notified'));
  });
  expect(await board.read(PHONE)).toEqual({ ...DARK, asked: 1, notified: 11 });
});

test('a phone that booted after the start needs no store', async () => {
  const { office, board, reads } = createBoard([event(1, 'seen'), event(2, 'fetched', OWN_FILE)]);
  office.record(event(10, 'seen'));
  expect(await board.read(PHONE)).toEqual({ ...DARK, asked: 10 });
  expect(reads()).toBe(0);
});

test('a forgotten phone leaves nothing, and a stopped board hears nothing', async () => {
  const { office, board, reads } = createBoard();
  office.record(event(1, 'seen'));
  await office.commit({ removedDevices: [PHONE] });
  expect(await board.read(PHONE)).toEqual(DARK);
  expect(reads()).toBe(1);
  board.stop();
  office.record(event(2, 'seen'));
  expect(await board.read(PHONE)).toEqual(DARK);
});

test('an approval by the command line puts out the same lamps as one of ours', async () => {
  const { office, board } = createBoard();
  for (const [index, step] of (['seen', 'answered', 'notified', 'acknowledged'] as const).entries())
    office.record(event(index, step));
  office.record(event(5, 'fetched', OWN_FILE));
  const now = office.findDevice(PHONE);
  if (now === undefined) throw new Error('the phone is not there');
  office.adopt({ devices: [{ ...now, state: 'approved', token: 'another', extensions: ['105'], revision: 9 }] });
  expect(await board.read(PHONE)).toEqual({ ...DARK, asked: 0, answered: 1 });
});
