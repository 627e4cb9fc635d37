import { Secret } from '../../core/secret.ts';
import { describeBackupProblem, MOST_MANUAL } from '../../flows/backups.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatBackup, formatBackups } from '../format-backup.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { problemOf } from '../problem-to-reply.ts';
import { BackupAnswer, BackupBody, BackupBytes, BackupList, BackupParams } from '../schemas/backup.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Backups';

/** Everything a site is, in one encrypted file. */
export function addBackupRoutes(app: ApiApp, { backups }: WebDoors): void {
  app.get(
    '/backups',
    {
      config: { role: 'admin' },
      schema: describeRoute({
        role: 'admin',
        tag: TAG,
        summary: 'The backups in the data folder, newest first, and how the last try ended',
        answers: { 200: BackupList },
      }),
    },
    async () => formatBackups(await backups.list(), await backups.state()),
  );

  app.post(
    '/backups',
    {
      config: { role: 'admin' },
      schema: {
        body: BackupBody,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Make a backup now',
          description: `Database, key and overrides, encrypted with the passphrase, which cannot be found out afterwards. The newest ${MOST_MANUAL} are kept.`,
          answers: { 201: BackupAnswer },
          problems: ['weak-passphrase', 'no-backup-passphrase', 'backup-running', 'backup-failed'],
        }),
      },
    },
    async (request, reply) => {
      const { passphrase } = request.body;
      const made = await backups.make(actorOf(request), passphrase === undefined ? undefined : new Secret(passphrase));
      if (!made.ok) return replyWithProblem(reply, problemOf(made.problem, describeBackupProblem));
      return reply.code(201).send(formatBackup(made.value));
    },
  );

  app.get(
    '/backups/:name',
    {
      config: { role: 'admin' },
      schema: {
        params: BackupParams,
        produces: ['application/octet-stream'],
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Download a backup',
          description: 'Goes to the audit. `plugtone backup verify` and `plugtone restore` read it.',
          answers: { 200: BackupBytes },
          problems: ['no-such-backup'],
        }),
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const found = await backups.read(name, actorOf(request));
      if (!found.ok) return replyWithProblem(reply, problemOf(found.problem, describeBackupProblem));
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('content-length', found.value.bytes)
        .send(found.value.stream);
    },
  );
}
