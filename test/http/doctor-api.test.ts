import { expect, test } from 'vitest';
import { note } from '../../src/core/note.ts';
import { green, red } from '../../src/flows/doctor/finding.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { createClient } from './api-client.ts';
import { createWorld, NOW } from './web-world.ts';

test('the doctor answers when all is looked at, line by line', async () => {
  const world = createWorld();
  const app = await createWebServer(world.doors);
  world.examine(
    { id: 'a', run: async () => [green('a.one', note('test.good', 'Good.'))] },
    {
      id: 'b',
      run: async () => [red('b', note('test.bad', '{what} is bad.', { what: 'It' }), note('test.do', 'Mend it.'))],
    },
  );
  expect((await createClient(app, world.tokens.viewer)('POST', '/api/v1/system/doctor')).status).toBe(403);
  const answer = await createClient(app, world.tokens.technician)('POST', '/api/v1/system/doctor');
  const at = new Date(NOW).toISOString();
  expect(answer.json).toEqual({
    startedAt: at,
    endedAt: at,
    state: 'red',
    done: 2,
    total: 2,
    findings: [
      { id: 'a.one', state: 'green', sentence: 'Good.', advice: null },
      { id: 'b', state: 'red', sentence: 'It is bad.', advice: 'Mend it.' },
    ],
  });
});
