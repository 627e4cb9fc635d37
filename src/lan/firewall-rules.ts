import type { FirewallEntry } from './firewall.ts';
import { askProgram } from './host-programs.ts';
import { parseIptablesRules } from './parse-iptables-rules.ts';
import { isOfIptables, parseNftRules } from './parse-nft-rules.ts';

export type FirewallReading =
  | { readonly kind: 'read'; readonly entries: readonly FirewallEntry[] }
  /** No program that tells them is installed. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The rules for what comes in, as far as this process may read them: mostly root only. */
export async function readFirewall(signal: AbortSignal, ask = askProgram): Promise<FirewallReading> {
  const [nft, iptables] = await Promise.all([
    ask('nft', ['--json', 'list', 'ruleset'], signal),
    ask('iptables', ['-S'], signal),
  ]);
  const older = iptables.kind === 'said' ? parseIptablesRules(iptables.text) : undefined;
  const newer = nft.kind === 'said' ? parseNftRules(nft.text) : undefined;
  if (newer !== undefined) {
    // What iptables wrote is read in its own words: in nft's, half of it is not to be understood.
    const isTwice = older !== undefined && nft.kind === 'said' && isOfIptables(nft.text);
    const own = isTwice ? newer.filter(({ table }) => table !== 'ip filter') : newer;
    return { kind: 'read', entries: [...own, ...(older === undefined ? [] : [older])] };
  }
  if (older !== undefined) return { kind: 'read', entries: [older] };
  if (nft.kind === 'absent' && iptables.kind === 'absent') return { kind: 'absent' };
  const failed = [nft, iptables].find(({ kind }) => kind === 'failed');
  return {
    kind: 'unreadable',
    reason: failed?.kind === 'failed' ? failed.reason : 'it answers what is not understood',
  };
}
