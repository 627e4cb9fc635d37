import { expect, test } from 'vitest';
import type { JourneyEvent, JourneyStep } from '../../src/core/journey.ts';
import { createTroubleBoard } from '../../src/flows/troubles.ts';
import { device, mac, openDoors } from '../peers/office-doors.ts';

const PHONE = mac('001565aabbcc');

function event(step: JourneyStep, at = 1, detail: JourneyEvent['detail'] = {}): JourneyEvent {
  return { mac: PHONE, at, step, reason: `because of ${step}`, detail };
}

function open(past: JourneyEvent[] = []) {
  const { office } = openDoors({ devices: [device(PHONE)] });
  let reads = 0;
  const readJourney = async () => {
    reads += 1;
    return past;
  };
  return { office, board: createTroubleBoard({ office, readJourney }), reads: () => reads };
}

test('a stall is trouble until something goes right', async () => {
  const { office, board } = open();
  office.record(event('stalled'));
  expect(await board.read(PHONE)).toEqual({ step: 'stalled', at: 1, reason: 'because of stalled' });
  office.record(event('fetched', 2, { status: 404 }));
  expect(board.known(PHONE)).not.toBeNull();
  office.record(event('fetched', 3, { status: 200 }));
  expect(await board.read(PHONE)).toBeNull();
});

test('what happened before this process is read once, newest first', async () => {
  const { board, reads } = open([event('answered', 9), event('refused', 8), event('seen', 7)]);
  expect(board.known(PHONE)).toBeNull();
  expect(await board.read(PHONE)).toMatchObject({ step: 'refused', at: 8 });
  await board.read(PHONE);
  expect(reads()).toBe(1);
});

test('what happens while the store is read wins', async () => {
  const { office, board } = open([event('stalled', 5)]);
  const reading = board.read(PHONE);
  office.record(event('acknowledged', 6));
  expect(await reading).toBeNull();
});

test('a forgotten phone has no trouble', async () => {
  const { office, board } = open();
  office.record(event('stalled'));
  await office.commit({ removedDevices: [PHONE] });
  expect(board.known(PHONE)).toBeNull();
});
