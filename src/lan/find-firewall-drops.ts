import type { FirewallChain, FirewallEntry, FirewallRule, Packet } from './firewall.ts';

/** passes: let in. dropped: by this rule. unsure: it depends on what is not known here. */
export type Fate =
  | { readonly kind: 'passes' }
  | { readonly kind: 'dropped' | 'unsure'; readonly table: string; readonly by: string };

/** Rules that are walked for one packet. */
const MOST_STEPS = 20_000;

/** include/net/netfilter/nf_tables.h, NFT_JUMP_STACK_SIZE: the kernel takes no deeper ones. Chains in a circle end here. */
const DEEPEST = 16;

type Verdict = 'accept' | 'drop' | 'goes-on';

interface Walk {
  readonly chains: ReadonlyMap<string, FirewallChain>;
  readonly packet: Packet;
  steps: number;
  /** A rule that may drop it, and one that may let it in: their conditions cannot be judged. */
  mayDrop: FirewallRule | undefined;
  mayAccept: FirewallRule | undefined;
  by: FirewallRule | undefined;
}

/** What becomes of a packet on its way in: the worst that one of the tables does to it. */
export function findFate(entries: readonly FirewallEntry[], packet: Packet): Fate {
  const fates = entries.map((entry) => pass(entry, packet));
  return (
    fates.find(({ kind }) => kind === 'dropped') ?? fates.find(({ kind }) => kind === 'unsure') ?? { kind: 'passes' }
  );
}

function pass({ table, chains, begin, policy }: FirewallEntry, packet: Packet): Fate {
  const walk: Walk = { chains, packet, steps: 0, mayDrop: undefined, mayAccept: undefined, by: undefined };
  const verdict = walkChain(walk, begin, true, 0);
  const isDropped = verdict === 'drop' || (verdict === 'goes-on' && policy === 'drop');
  if (isDropped) {
    const by = walk.by?.text ?? `policy ${policy}`;
    return { kind: walk.mayAccept === undefined ? 'dropped' : 'unsure', table, by };
  }
  return walk.mayDrop === undefined ? { kind: 'passes' } : { kind: 'unsure', table, by: walk.mayDrop.text };
}

/** `isSure`: it is known that the packet comes this way. What is only possible is noted in the walk, and is no verdict. */
function walkChain(walk: Walk, name: string, isSure: boolean, depth: number): Verdict {
  if (depth > DEEPEST) return 'goes-on';
  // No longer once a rule may have sent it away from here.
  let sure = isSure;
  for (const rule of walk.chains.get(name)?.rules ?? []) {
    walk.steps += 1;
    if (walk.steps > MOST_STEPS) return 'goes-on';
    const holds = rule.holds(walk.packet);
    if (holds === false) continue;
    const certain = sure && holds === true;
    const { does } = rule;
    switch (does.kind) {
      case 'nothing':
        break;
      case 'accept':
      case 'drop':
        if (certain) {
          walk.by = rule;
          return does.kind;
        }
        if (does.kind === 'accept') walk.mayAccept ??= rule;
        else walk.mayDrop ??= rule;
        // On the way that is walked here it is decided, whether or not that way is taken.
        if (holds === true) return 'goes-on';
        break;
      case 'return':
        if (holds === true) return 'goes-on';
        sure = false;
        break;
      case 'jump':
      case 'goto': {
        const inside = walkChain(walk, does.chain, certain, depth + 1);
        if (certain && inside !== 'goes-on') return inside;
        if (does.kind === 'jump') break;
        if (holds === true) return 'goes-on';
        sure = false;
        break;
      }
      default:
        does satisfies never;
    }
  }
  return 'goes-on';
}
