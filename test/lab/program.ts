import { type ChildProcess, execFileSync, spawn } from 'node:child_process';

export interface Run {
  readonly child: ChildProcess;
  /** Everything it said so far. */
  said(): string;
  /** Its exit code; null: a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface RunOptions {
  /** Another user; left out: this process's own. */
  readonly uid?: number;
}

const running = new Set<ChildProcess>();

/** Kills what still runs of all that `run` has started. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Runs a program; `endAll` ends it. */
export function run(command: readonly string[], { uid }: RunOptions = {}): Run {
  const [file = '', ...given] = command;
  const user = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(file, given, { stdio: ['ignore', 'pipe', 'pipe'], ...user });
  running.add(child);
  child.once('close', () => running.delete(child));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  return { child, said: () => said, ended };
}

/** The command that serves a data folder on free ports of loopback. */
export function serveCommand(mainPath: string, dataDir: string, siteDir: string): readonly string[] {
  const folders = ['--data-dir', dataDir, '--site-dir', siteDir, '--lan-address', '127.0.0.1'];
  const ports = ['--web-port', '0', '--phone-port', '0', '--sip-port', '0'];
  return [process.execPath, mainPath, 'serve', ...folders, ...ports];
}

export interface Ports {
  readonly web: number;
  readonly phones: number;
  readonly sip: number;
}

/** Its ports, once it has started. Throws with all it said where it ended before. */
export async function untilStarted({ child, said }: Run): Promise<Ports> {
  for (;;) {
    const line = said()
      .split('\n')
      .find((text) => text.includes('"appliance.started"'));
    if (line !== undefined) return JSON.parse(line) as Ports;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended:\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A bearer token of an administrator. */
export function createToken(mainPath: string, dataDir: string): string {
  const command = ['token', 'create', '--name', 'lab', '--role', 'admin', '--data-dir', dataDir];
  return execFileSync(process.execPath, [mainPath, ...command], { encoding: 'utf8' }).trim();
}

/** A request to the API of a server on loopback; status and text. */
export async function ask(port: number, token: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}
