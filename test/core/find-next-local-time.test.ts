import { expect, test } from 'vitest';
import { findNextLocalTime } from '../../src/core/find-next-local-time.ts';

const at = (text: string) => Date.parse(text);
const next = (zone: string, now: string) => new Date(findNextLocalTime(zone, 3, at(now))).toISOString();

test('it is today when the hour is still to come, else tomorrow', () => {
  expect(next('Europe/Berlin', '2027-01-10T00:30:00Z')).toBe('2027-01-10T02:00:00.000Z');
  expect(next('Europe/Berlin', '2027-01-10T02:00:00Z')).toBe('2027-01-11T02:00:00.000Z');
  expect(next('Etc/UTC', '2027-01-10T12:00:00Z')).toBe('2027-01-11T03:00:00.000Z');
  expect(next('Asia/Kolkata', '2027-01-10T20:00:00Z')).toBe('2027-01-10T21:30:00.000Z');
  expect(next('Pacific/Kiritimati', '2027-01-10T12:30:00Z')).toBe('2027-01-10T13:00:00.000Z');
});

test('the offset is that of the hour, not of now', () => {
  // Clocks go on by an hour in the night to 28 March 2027.
  expect(next('Europe/Berlin', '2027-03-27T20:00:00Z')).toBe('2027-03-28T01:00:00.000Z');
  expect(next('Europe/Berlin', '2027-10-30T20:00:00Z')).toBe('2027-10-31T02:00:00.000Z');
});

test('a zone that nobody knows is UTC', () => {
  expect(next('Mars/Olympus', '2027-01-10T12:00:00Z')).toBe('2027-01-11T03:00:00.000Z');
});
