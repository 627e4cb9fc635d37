import { Command, Option } from 'commander';
import type { ConfigFlags } from '../config.ts';
import type { AuditEntry } from '../core/audit.ts';
import { type AuditLink, type AuditVerdict, formatAuditLink, noteAuditFault } from '../core/audit-verdict.ts';
import { parseMacAddress } from '../core/mac-address.ts';
import type { Store } from '../store/store.ts';
import { CommandError, UsageError } from './command-error.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { withOffice } from './open-office.ts';

interface VerifyFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly head?: string;
}

interface ListFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly limit: string;
  readonly actor?: string;
  readonly subject?: string;
}

/** Rows that are read at once: the whole record never stands in memory. */
const PORTION = 500;

export function auditCommand(): Command {
  const verify = new Command('verify')
    .description('is the record of decisions what was written? Exits with 1 where it is not')
    .option('--json', 'the answer as JSON')
    .option('--head <number:hash>', 'must still be in the record: the newest row as an earlier look told it')
    .action(verifyAudit);
  const list = new Command('list')
    .description('who decided what, newest first')
    .option('--json', 'one JSON object per line')
    .addOption(new Option('--limit <count>', 'how many at most; 0: all').default('50'))
    .option('--actor <name>', 'part of the name of who decided')
    .option('--subject <what>', 'a MAC address, an extension, `site` …')
    .action(listAudit);
  const command = new Command('audit').description('the record of decisions');
  for (const child of [verify, list]) command.addCommand(addDataDirFlag(child));
  return command;
}

async function verifyAudit(flags: VerifyFlags): Promise<void> {
  const noted = flags.head === undefined ? undefined : readHead(flags.head);
  await withOffice(configFrom(flags).dataDir, async ({ store }) => {
    const verdict = await store.audit.verify();
    const missing = noted === undefined ? null : await lookFor(store, noted, verdict);
    const { fault, foundAt, startedAt, rows, oldRows, pruned, head } = verdict;
    const problem = fault === null ? missing : noteAuditFault(fault).text;
    if (flags.json) {
      const times = { foundAt: foundAt && formatTime(foundAt), startedAt: startedAt && formatTime(startedAt) };
      const facts = { sound: problem === null, problem, fault, ...times, rows, oldRows, pruned };
      process.stdout.write(`${JSON.stringify({ ...facts, head: head && formatAuditLink(head) })}\n`);
    } else for (const line of describe(verdict)) process.stdout.write(`${line}\n`);
    if (problem === null) return;
    const when = foundAt === null ? '' : ` (found on ${formatTime(foundAt)})`;
    throw new CommandError(`the record of decisions is not what was written: ${problem}${when}`);
  });
}

function describe({ startedAt, rows, oldRows, pruned, head }: AuditVerdict): readonly string[] {
  return [
    startedAt === null ? 'there is no chain yet' : `the chain began on ${formatTime(startedAt)}`,
    `${rows} decisions fit`,
    ...(pruned === 0 ? [] : [`${pruned} were removed by the retention`]),
    ...(oldRows === 0 ? [] : [`${oldRows} are from before the chain: whether they were changed cannot be told`]),
    ...(head === null ? [] : [`head ${formatAuditLink(head)}`]),
  ];
}

/** The file can be put back as it was on an earlier day, with a seal that is right for that day: a head that was noted tells. */
async function lookFor(store: Store, noted: AuditLink, { fault, pruned, head }: AuditVerdict): Promise<string | null> {
  if (fault !== null) return null;
  const name = formatAuditLink(noted);
  if (head === null || noted.id > head.id)
    return `the head ${name} is newer than the record: an older one was put back`;
  const hash = await store.audit.linkOf(noted.id);
  if (hash === noted.hash) return null;
  const mayBePruned = hash === undefined && pruned > 0;
  return mayBePruned ? `row ${noted.id} has been pruned: note a newer head` : `the head ${name} is not in the record`;
}

async function listAudit(flags: ListFlags): Promise<void> {
  const most = Number(flags.limit);
  if (!/^\d{1,9}$/.test(flags.limit)) throw new UsageError(`--limit: saw "${flags.limit}", wanted a number`);
  const { actor, subject } = flags;
  const subjects = subject === undefined ? undefined : [parseMacAddress(subject) ?? subject];
  await withOffice(configFrom(flags).dataDir, async ({ store }) => {
    let left = most === 0 ? Number.POSITIVE_INFINITY : most;
    for (let before: number | undefined; left > 0; ) {
      const { items, next } = await store.audit.listRecent({ limit: Math.min(left, PORTION), before, actor, subjects });
      for (const { id, ...entry } of items) process.stdout.write(`${flags.json ? toJson(id, entry) : toLine(entry)}\n`);
      left -= items.length;
      if (next === null) return;
      before = next;
    }
  });
}

function toJson(id: number, { at, ...entry }: AuditEntry): string {
  return JSON.stringify({ id, at: formatTime(at), ...entry });
}

function toLine({ at, actor, from, action, subject, detail }: AuditEntry): string {
  const facts = Object.entries(detail).map(([name, value]) => `${name}=${value}`);
  return [formatTime(at), actor, from ?? '?', action, subject, ...facts].map(makePrintable).join('  ');
}

/** Names are people's: none may move the cursor of who reads them. */
function makePrintable(text: string): string {
  return text.replace(/\p{C}/gu, '\ufffd');
}

function readHead(text: string): AuditLink {
  const [, id, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (id === undefined || hash === undefined)
    throw new UsageError(
      `--head: saw "${text}", wanted the number and the hash of a row, as \`audit verify\` tells them`,
    );
  return { id: Number(id), hash };
}

function formatTime(at: number): string {
  return new Date(at).toISOString();
}
